using Kindred.Clustering;
using Kindred.Metrics;
using Kindred.Numerics;
using Kindred.Optim;
using Kindred.Tests.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Numerics;

/// <summary>Exponentials that overflow and distances whose digits cancel: neither a small temperature nor an offset changes an answer.</summary>
public sealed class DigitTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(0.07)]
    [InlineData(0.001)]
    [InlineData(1e-6)]
    public void The_nearest_neighbour_wins_the_vote_at_any_temperature(double temperature)
    {
        var votes = KnnVote.Scores(Of([[.8, .6], [1, 0]]), Made.Index(0, 1), Of([[1, 0], [0, 1]]), classes: 3, k: 2, temperature);
        Assert.Equal([1, 0], KnnVote.Predict(votes).ToArray<long>());
        Made.Close(1 / temperature, votes.Select(0, 0).Select(0, 1).Item(), 1e-6 / temperature);
        Assert.Equal(double.NegativeInfinity, votes.Select(0, 0).Select(0, 2).Item());
    }

    [Fact]
    public void Neighbours_that_are_not_there_do_not_vote()
    {
        var votes = KnnVote.Count(Of([[.5, double.NegativeInfinity], [double.NegativeInfinity, double.NegativeInfinity]]), Made.Index(1, 0, 0, 0).Reshape([2, 2]), 2, 1e-3);
        Assert.Equal([double.NegativeInfinity, 500, double.NegativeInfinity, double.NegativeInfinity], votes.Flatten().ToArray<double>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e2)]
    [InlineData(1e4)]
    [InlineData(1e5)]
    public void K_means_does_not_care_where_the_origin_is(double offset)
    {
        var rows = Clouds(out var truth).To(Dtype.Float32);
        var expected = KMeans.Fit(rows, 5, restarts: 3);
        var found = KMeans.Fit(rows + offset, 5, restarts: 3);
        Assert.Equal(1, ClusterAgreement.Of(truth, found.Assignment.ToArray<long>()).Ari, 6);
        Assert.InRange(found.Inertia, expected.Inertia * 0.99, expected.Inertia * 1.01);
        var centre = found.Centroids.IndexSelect(0, found.Assignment.Narrow(0, 0, 1)) - offset - expected.Centroids.IndexSelect(0, expected.Assignment.Narrow(0, 0, 1));
        Assert.True(centre.Abs().Max().Item() < 0.02);
        Assert.Equal(1, ClusterAgreement.Of(truth, KMeans.Refine(rows + offset, found.Centroids).Assignment.ToArray<long>()).Ari, 6);
    }

    // No offset can be taken out here: the two halves lie far apart, and each has clusters of its own.
    [Fact]
    public void K_means_tells_near_centroids_apart_beside_far_ones()
    {
        var rows = Clouds(out var truth);
        var both = Tensor.Cat([rows + 3e4, rows - 3e4]).To(Dtype.Float32);
        long[] classes = [.. truth, .. truth.Select(c => c + 5)];
        var first = Tensor.Cat([.. Enumerable.Range(0, 10).Select(c => both.Narrow(0, Array.IndexOf(classes, c), 1))]);
        Assert.Equal(1, ClusterAgreement.Of(classes, KMeans.Refine(both, first).Assignment.ToArray<long>()).Ari, 6);
    }

    [Fact]
    public void Uniformity_knows_neither_offset_nor_underflow()
    {
        var z = Made.Rows(40, 3, 1);
        Made.Close(Geometry.Uniformity(z), Geometry.Uniformity(z + 1e6), 1e-6);
        // Two points d apart: ln exp(−2 d²).
        Made.Close(-2e6, Geometry.Uniformity(Of([[0, 0], [1000, 0]])), 1e-3);
        Made.Close(0, Geometry.Uniformity(Of([[7, 7], [7, 7], [7, 7]])));
    }

    [Theory]
    [InlineData(LarsForm.Larc, 1)]
    [InlineData(LarsForm.LarcClipped, 1)]
    [InlineData(LarsForm.TrustThenMomentum, 1 - 0.1 * 0.02)]
    [InlineData(LarsForm.RateInsideMomentum, 1 - 0.1 * 0.02)]
    public void A_gradient_of_exactly_zero_is_treated_as_the_form_s_code_treats_it(LarsForm form, double kept)
    {
        var linear = new Kindred.Nn.Linear(3, 2, bias: false);
        var before = linear.Weight.Value.Clone();
        using var optimizer = new Lars.Options { LearningRate = 0.1, Form = form, Trust = 0.02, Momentum = 0, WeightDecay = 1e-4, ExcludeOneDimensional = false }.For(linear);
        (linear.Weight.Value * 0).Sum().Backward();
        optimizer.Step(new Progress(0, 1, 0, 10));
        Made.Close(before * kept, linear.Weight.Value, 1e-6);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Invariant_spread_refuses_a_weight_under_which_no_probability_is_left(double weight) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Kindred.Objectives.InvariantSpread.Loss(Made.Rows(6, 4, 1), negativeWeight: weight));

    static Tensor Of(double[][] rows) => Tensor.From<double>([.. rows.SelectMany(r => r)], [rows.Length, rows[0].Length]);

    static Tensor Clouds(out long[] truth)
    {
        long[] classes = [.. Enumerable.Range(0, 300).Select(i => (long)i % 5)];
        truth = classes;
        var centres = Of([[0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9], [9, 9, 9]]);
        return centres.IndexSelect(0, Made.Index(classes)) + Made.Rows(300, 3, 4);
    }
}
