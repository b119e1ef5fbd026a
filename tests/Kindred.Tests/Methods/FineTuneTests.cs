using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes FineTune itself.</summary>
public sealed class FineTuneTests
{
    [Fact]
    public void Fine_tuning_uses_only_its_share_of_the_labels_class_by_class()
    {
        using var data = new ToyData(count: 64, batch: 8);
        var facts = new DataFacts(64, 4, 8);
        var method = Toy.Build(() => new FineTune(new SimCLR(new TinyEncoder(), new(Dim: 8, Depth: 3)), facts, new(Labels: 0.25)));
        var plan = method.BeginEpoch(new Epoch(new(0, 2, 0, 16), data))!.Batches!;
        var used = plan.SelectMany(b => b).Distinct().ToArray();
        Assert.Equal(8, plan.Count);
        Assert.Equal(16, used.Length);
        Assert.All(used.GroupBy(i => data.Labels![i]), g => Assert.Equal(4, g.Count()));
        Assert.All(plan, b => Assert.Equal(b.Length, b.Distinct().Count()));
        Assert.Equal(plan, method.BeginEpoch(new Epoch(new(0, 2, 0, 16), data))!.Batches!);
        Assert.NotEqual(plan, method.BeginEpoch(new Epoch(new(1, 2, 8, 16), data))!.Batches!);
    }
}
