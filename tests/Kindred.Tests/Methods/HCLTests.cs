using Kindred.Methods;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes HCL itself.</summary>
public sealed class HCLTests
{
    static double Loss(HCL.Options options, Progress at = default)
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        return Toy.Loss(Toy.Build(() => new HCL(new TinyEncoder(), options)), data.Batch(), at).Item();
    }

    [Fact]
    public void Without_prior_and_hardness_it_is_SimCLR_s_loss()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Toy.Build(() => new HCL(new TinyEncoder(), new(Prior: 0, Hardness: 0, Hidden: 8, Dim: 6)));
        var batch = data.Batch();
        var z = Tensor.Cat(method.Network.Forward([batch.Views[0], batch.Views[1]]));
        Assert.Equal(NtXent.Loss(z, 0.5).Item(), Toy.Loss(method, batch).Item(), 1e-5);
    }

    [Fact]
    public void Hard_negatives_cost_more_and_presumed_positives_are_taken_off()
    {
        HCL.Options Of(double prior, double hardness) => new(Prior: prior, Hardness: hardness, Hidden: 8, Dim: 6);
        Assert.True(Loss(Of(0, 1)) > Loss(Of(0, 0)) + 1e-3);
        Assert.True(Loss(Of(0, 4)) > Loss(Of(0, 1)) + 1e-3);
        Assert.True(Loss(Of(0.1, 0)) < Loss(Of(0, 0)) - 1e-3);
    }

    [Fact]
    public void Hardness_is_annealed_from_its_start_to_its_end()
    {
        HCL.Options Of(double hardness, double? end = null) => new(Hardness: hardness, AnnealTo: end, Hidden: 8, Dim: 6);
        Assert.Equal(Loss(Of(2)), Loss(Of(2, 0), new(0, 20, 0, 80)), 1e-7);
        Assert.Equal(Loss(Of(2.0 * 5 / 9)), Loss(Of(2, 0), new(8, 20, 32, 80)), 1e-6);
        Assert.Equal(Loss(Of(0)), Loss(Of(2, 0), new(19, 20, 76, 80)), 1e-6);
    }
}
