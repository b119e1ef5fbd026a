using Kindred.Experiments.Studies;
using Kindred.Torch;

namespace Kindred.Tests.Studies;

public sealed class MiCurveTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    static readonly MiOptions Short = new() { Steps = 600, Batch = 64, Hidden = 32, LearningRate = 4e-3, Seed = 3 };

    [Fact]
    public void Bounds_bracket_the_truth_and_rise_with_it()
    {
        MiEstimator[] all = [MiEstimator.Mine, MiEstimator.Nwj, MiEstimator.Js, MiEstimator.InfoNce, MiEstimator.Club];
        var points = MiCurve.Run(2, [0, 0.8], all, Short, held: 2048).ToArray();
        var truth = points[1].Truth;
        Assert.Equal(-Math.Log(1 - 0.64), truth, 12);
        foreach (var (weak, strong) in points[0].Estimates.Zip(points[1].Estimates))
        {
            Assert.InRange(weak.Nats, -0.2, 0.05);                                   // a lower bound may lie below
            Assert.True(strong.Nats > 0.4 * truth, $"{strong.Estimator}: {strong.Nats} of {truth}");
            if (strong.Estimator != MiEstimator.Club)
                Assert.True(strong.Nats < truth + 0.1, $"{strong.Estimator}: {strong.Nats} above {truth}");
        }
        Assert.True(points[1].Estimates[^1].Nats > truth);
    }

    [Fact]
    public void Equal_seeds_give_equal_numbers()
    {
        double Once(long seed) => MiCurve.Run(1, [0.5], [MiEstimator.Mine], Short with { Steps = 40, Seed = seed }, held: 512).Single().Estimates[0].Nats;
        Assert.Equal(Once(1), Once(1));
        Assert.NotEqual(Once(1), Once(2));
    }

    [Fact]
    public void Given_pairs_are_judged_on_rows_that_took_no_part_in_learning()
    {
        using var generator = new Generator(9);
        var x = Tensor.Randn([1500, 1], generator) * 40 + 1000;
        var noise = Tensor.Randn([1500, 1], generator);
        using var dependent = new SamplePairs(x, (x - 1000).Square() / 1000 + noise * 0.1, seed: 1);
        using var independent = new SamplePairs(x, noise, seed: 1);
        var joint = Short with { JointCritic = true };
        Assert.True(MiEstimate.Of(dependent, MiEstimator.Mine, joint).Nats > 0.8);    // uncorrelated, yet dependent
        Assert.InRange(MiEstimate.Of(independent, MiEstimator.Mine, joint).Nats, -0.1, 0.1);
        Assert.InRange(MiEstimate.Of(independent, MiEstimator.Mine, Short).Nats, -0.2, 0.1);
    }

    [Fact]
    public void Rows_that_do_not_pair_up_are_refused()
    {
        var x = Tensor.Zeros([60, 1]);
        Assert.Throws<DataException>(() => new SamplePairs(x, Tensor.Zeros([61, 1]), 0));
        Assert.Throws<DataException>(() => new SamplePairs(x.Narrow(0, 0, 10), x.Narrow(0, 0, 10), 0));
        Assert.Throws<DataException>(() => new SamplePairs(x, x.FullLike(double.NaN), 0));
    }
}
