using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes MoCo itself.</summary>
public sealed class MoCoTests
{
    [Fact]
    public void A_key_is_a_negative_only_after_its_own_step_and_the_oldest_go_first()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var moco = Toy.Build(() => new MoCo(new TinyEncoder(), new(Queue: 20, Dim: 8)));
        var start = Toy.Values(moco, "queue.keys");
        for (var step = 0; step < 3; step++)
        {
            var before = Toy.Values(moco, "queue.keys");
            Toy.Loss(moco, data.Batch(step));
            Assert.Equal(before, Toy.Values(moco, "queue.keys"));
            moco.Settle();
            Assert.Equal((step + 1) * 8 % 20, Toy.State(moco, "queue.pointer").ItemLong());
        }
        var end = Toy.Values(moco, "queue.keys");
        Assert.All(Enumerable.Range(0, 20), row => Assert.NotEqual(start[row * 8], end[row * 8])); // 24 keys went through 20 places
    }

    [Fact]
    public void Momentum_zero_copies_and_one_keeps()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        foreach (var (momentum, copies) in new[] { (0.0, true), (1.0, false) })
        {
            var moco = Toy.Build(() => new MoCo(new TinyEncoder(), new(Queue: 20, Dim: 8, Momentum: momentum)));
            var drawn = Toy.Values(moco, "pair.key.encoder.conv1.weight");
            Toy.Train(moco, Toy.Sgd(moco), data, epochs: 1, steps: 2);
            Assert.Equal(copies ? Toy.Values(moco, "pair.query.encoder.conv1.weight") : drawn, Toy.Values(moco, "pair.key.encoder.conv1.weight"));
            Assert.NotEqual(drawn, Toy.Values(moco, "pair.query.encoder.conv1.weight"));
        }
    }

    [Fact]
    public void Shuffling_changes_keys_only_where_chunks_of_batch_norm_see_it()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        double Loss(NormKind norm, bool shuffle)
        {
            var moco = Toy.Build(() => new MoCo(new ConvNet(new() { Width = 2, Norm = norm, SplitBn = 4 }), new(Queue: 20, Dim: 8, Shuffle: shuffle)));
            moco.To(dtype: Dtype.Float64);
            var batch = data.Batch();
            batch = batch with { Views = [.. batch.Views.Select(v => new View(v.X.To(Dtype.Float64), v.Name))] };
            Generator.Default.Seed(5);
            return Toy.Loss(moco, batch).Item();
        }
        Assert.Equal(Loss(NormKind.Bn, false), Loss(NormKind.Bn, true), 1e-9);
        Assert.NotEqual(Loss(NormKind.Split, false), Loss(NormKind.Split, true), 1e-6);
    }
}
