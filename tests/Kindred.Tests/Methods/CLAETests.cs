using Kindred.Encoders;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes CLAE itself, and the norms by domain that it needs.</summary>
public sealed class CLAETests
{
    static CLAE Make(CLAE.Options options) => Toy.Build(() => new CLAE(new ConvNet(new(Width: 2, Norm: NormKind.PerDomain)), options));

    [Fact]
    public void Its_attack_makes_the_view_harder_than_the_view_itself()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        double Loss(double epsilon) => Toy.Loss(Make(new(Epsilon: epsilon, Dim: 6)), data.Batch()).Item();
        Assert.True(Loss(0.03) > Loss(0) + 1e-4);
        Assert.True(Loss(0.1) > Loss(0.03) + 1e-4);
    }

    [Fact]
    public void The_attack_leaves_no_gradient_and_adversarial_pictures_leave_clean_statistics_alone()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Make(new(Alpha: 0, Dim: 6));
        var plain = Toy.Build(() => new SimCLR(new ConvNet(new(Width: 2)), new(Temperature: 0.5, HeadNorm: false, Dim: 6)));
        var z = Tensor.Cat(Make(new(Dim: 6)).Network.Forward([data.Batch().Views[0], data.Batch().Views[1]]));
        var loss = Toy.Loss(method, data.Batch());
        Assert.All(method.Parameters(), p => Assert.Null(p.Gradient));
        Assert.Equal(NtXent.Loss(z, 0.5).Item(), loss.Item(), 1e-6);
        Toy.Loss(plain, data.Batch());
        foreach (var statistic in new[] { "runningMean", "runningVar" })
        {
            Assert.Equal(Toy.Values(plain, $"network.encoder.norms.0.{statistic}"), Toy.Values(method, $"network.encoder.norms.0.{statistic}"));
            Assert.NotEqual(Toy.Values(method, $"network.encoder.norms.0.{statistic}"), Toy.Values(method, $"network.encoder.norms.0.others.0.{statistic}"));
        }
    }

    [Fact]
    public void A_network_with_one_norm_for_all_is_refused_and_one_without_batch_statistics_taken()
    {
        Assert.Contains("perDomain", Assert.Throws<ConfigurationException>(() => Toy.Build(() => new CLAE(new ConvNet(new(Width: 2)), new()))).Message, StringComparison.Ordinal);
        Toy.Build(() => new CLAE(new ConvNet(new(Width: 2, Norm: NormKind.None)), new()));
    }

    [Fact]
    public void A_domain_ends_with_its_scope_and_one_that_was_not_added_is_named()
    {
        using var scope = Scope.Open();
        using var seed = Initialization.Begin(1);
        var norm = new DomainBatchNorm(2);
        Domain.Add(norm, "night");
        var x = Tensor.Randn([4, 2], Generator.Default, Dtype.Float32);
        using (Domain.Begin("night"))
        {
            norm.Forward(x);
            using (Domain.Begin(null)) Assert.Null(Domain.Current);
            Assert.Equal("night", Domain.Current);
        }
        Assert.Null(Domain.Current);
        Assert.Equal([0f, 0f], norm.RunningMean.Value.ToArray<float>());
        using (Domain.Begin("day")) Assert.Contains("'day'", Assert.Throws<InvalidOperationException>(() => norm.Forward(x)).Message, StringComparison.Ordinal);
    }
}
