using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes SimSiam itself.</summary>
public sealed class SimSiamTests
{
    // The batch norm at the projector's end gives every dimension variance 1, so what collapses is the rank: all end up on one line.
    [Fact]
    public void SimSiam_collapses_without_stop_gradient_and_does_not_with_it()
    {
        (double Loss, double Rank) End(bool stop)
        {
            using var data = new ToyData(count: 64, batch: 32);
            var method = Toy.Build(() => new SimSiam(new TinyEncoder(), new(Dim: 16, Depth: 2, PredictorHidden: 4, StopGradient: stop)));
            var record = new Record();
            Toy.Train(method, Toy.Sgd(method), data, epochs: 75, null, record);
            return (record.Steps[^1].Loss, record.Steps[^1].Numbers["effective_rank"]);
        }
        var (without, with) = (End(false), End(true));
        Assert.InRange(without.Loss, -1, -0.95);
        Assert.True(without.Rank < 2 && with.Rank > 3, $"effective rank of z without stop-gradient {without.Rank:0.00}, with it {with.Rank:0.00}");
    }
}
