using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes MiCE itself.</summary>
public sealed class MiCETests
{
    static MiCE Make(int experts = 3) => Toy.Build(() => new MiCE(new TinyEncoder(), Toy.Facts, new(Experts: experts, Temperature: 0.5, Momentum: 0.9, Queue: 20, Dim: 8)));

    static void End(MiCE method, IData data) => NoGradient.Of(() => { method.EndEpoch(new(new(0, 8, 4, 32), data)); return 0; });

    [Fact]
    public void At_the_end_of_an_epoch_each_experts_prototype_is_the_direction_of_the_keys_that_it_won()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Make();
        var first = Toy.State(method, "prototypes").Clone();
        for (var step = 0; step < 4; step++)
        {
            Toy.Loss(method, data.Batch(step));
            method.Settle();
        }
        Assert.Equal(32, Toy.State(method, "counts").Sum().Item());
        var (won, counts) = (Toy.State(method, "won").Clone(), Toy.State(method, "counts").ToArray<float>());
        Assert.Equal(first.ToArray<float>(), Toy.Values(method, "prototypes"));                        // no optimizer stepped

        End(method, data);
        var after = Toy.State(method, "prototypes");
        for (var z = 0; z < 3; z++)
            Assert.Equal((counts[z] > 0 ? won.Select(0, z).Unsqueeze(0).Normalize().Squeeze(0) : first.Select(0, z)).ToArray<float>(), after.Select(0, z).ToArray<float>());
        Assert.All(after.Square().Sum(1).ToArray<float>(), length => Assert.Equal(1, length, 1e-5));
        Assert.Equal(0, Toy.State(method, "counts").Sum().Item());
        Assert.Equal(0, Toy.State(method, "won").Abs().Sum().Item());
    }

    [Fact]
    public void What_batches_win_adds_up_to_the_update_over_all_samples()
    {
        using var scope = Scope.Open();
        using var generator = new Generator(2);
        var (v, posterior, before) = (Tensor.Randn([12, 4, 5], generator, Dtype.Float64), Tensor.Rand([12, 4], generator, Dtype.Float64), Tensor.Randn([4, 5], generator, Dtype.Float64));
        posterior.Narrow(1, 2, 1).Fill_(-1);                                                           // the third wins nothing and keeps what it had
        var (a, b) = (MixtureOfExperts.Won(v.Narrow(0, 0, 7), posterior.Narrow(0, 0, 7)), MixtureOfExperts.Won(v.Narrow(0, 7, 5), posterior.Narrow(0, 7, 5)));
        var joint = MixtureOfExperts.Prototypes(a.Sum + b.Sum, a.Count + b.Count, before).ToArray<double>();
        var whole = MixtureOfExperts.Update(v, posterior, before).Prototypes.ToArray<double>();
        Assert.All(joint.Zip(whole), pair => Assert.Equal(pair.Second, pair.First, 1e-12));
        Assert.Equal(before.Select(0, 2).ToArray<double>(), joint[10..15]);
    }

    [Fact]
    public void Student_gate_and_prototypes_learn_and_the_teacher_follows()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Make();
        Toy.Loss(method, data.Batch()).Backward();
        Assert.All(method.NamedParameters(), p => Assert.Equal(p.Path.StartsWith("pair.query.", StringComparison.Ordinal) || p.Path == "prototypes", p.Parameter.Gradient is not null));
        var head = method.Network.Head.NamedParameters().First(p => p.Path.EndsWith("weight", StringComparison.Ordinal)).Parameter.Gradient!.View([4, 8, 6]).Abs().Sum([1, 2]);
        Assert.All(head.ToArray<float>(), part => Assert.True(part > 0));                              // three experts and the gate
        var drawn = Toy.Values(method, "pair.key.encoder.conv1.weight");
        Toy.Train(method, Toy.Sgd(method), data, epochs: 1, steps: 2);
        Assert.NotEqual(drawn, Toy.Values(method, "pair.key.encoder.conv1.weight"));
    }

    [Fact]
    public void A_score_is_the_posterior_of_the_mixture_and_each_expert_has_a_key_of_unit_length_in_the_queue()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Make();
        Toy.Loss(method, data.Batch());
        method.Settle();
        Assert.All(Toy.State(method, "queue.keys").View([20, 3, 8]).Square().Sum(2).Flatten().ToArray<float>(), length => Assert.Equal(1, length, 1e-5));
        method.Eval();
        var scores = NoGradient.Of(() => method.Score(data.Batch().Views[0]));
        Assert.Equal([8, 3], scores.Shape);
        Assert.All(scores.Exp().Sum(1).ToArray<float>(), sum => Assert.Equal(1, sum, 1e-5));
    }

    [Fact]
    public void It_has_as_many_experts_as_the_data_have_classes_unless_told_and_one_is_enough()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        Assert.Equal(Toy.Facts.Classes, Toy.State(Make(0), "prototypes").Size(0));
        Assert.True(double.IsFinite(Toy.Loss(Make(1), data.Batch()).Item()));
        Assert.Contains("options.experts", Assert.Throws<ConfigurationException>(() => Toy.Build(() => new MiCE(new TinyEncoder(), new(32, 0, 4), new()))).Message, StringComparison.Ordinal);
        Assert.Contains("options.dim",
            Assert.Throws<ConfigurationException>(() => Toy.Build(() => new MiCE(new TinyEncoder(), Toy.Facts, new(Experts: 10, Dim: 8)))).Message,
            StringComparison.Ordinal);
    }
}
