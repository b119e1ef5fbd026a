using Kindred.Experiments.Modalities;
using Kindred.Experiments.Studies;
using Kindred.Torch;

namespace Kindred.Tests.Studies;

public sealed class MiCurveTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    // So short and fast that MINE's average has to follow quickly: with 0.01 two seeds of five end far below 0.
    static readonly MiOptions Short = new() { Steps = 600, Batch = 64, Hidden = 32, LearningRate = 4e-3, Rate = 0.1, Seed = 3 };

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
        var dependent = new SamplePairs(x, (x - 1000).Square() / 1000 + noise * 0.1, seed: 1);
        var independent = new SamplePairs(x, noise, seed: 1);
        var joint = Short with { JointCritic = true };
        Assert.True(MiEstimate.Of(dependent, MiEstimator.Mine, joint).Nats > 0.8);    // uncorrelated, yet dependent
        Assert.InRange(MiEstimate.Of(independent, MiEstimator.Mine, joint).Nats, -0.1, 0.1);
        Assert.InRange(MiEstimate.Of(independent, MiEstimator.Mine, Short).Nats, -0.2, 0.1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Monotone_maps_of_columns_change_no_estimate_and_heavy_tails_are_named(double s)
    {
        using var generator = new Generator(9);
        var x = Tensor.Randn([1000, 2], generator, Dtype.Float64);
        var y = x.Narrow(1, 0, 1) * 0.8 + Tensor.Randn([1000, 1], generator, Dtype.Float64) * 0.6;
        var joint = Short with { JointCritic = true, Steps = 100 };
        double Of(Tensor a, Tensor b)
        {
            var pairs = new SamplePairs(a, b, seed: 1);
            return MiEstimate.Of(pairs, MiEstimator.Mine, joint).Nats;
        }
        Assert.Equal(Of(x, y), Of((x * s).Exp(), (y * s).Exp()));
        Assert.Equal(Of(x, y), Of(x * 1000 + 5, y.Pow(3)));
        var heavy = new SamplePairs((x * 3).Exp(), y, seed: 1);
        Assert.Equal(["x 1", "x 2"], heavy.HeavyTails);
        var light = new SamplePairs(x, y, seed: 1);
        Assert.Empty(light.HeavyTails);
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
