using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Tests.Metrics;

public sealed class RankingTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Monotone_maps_keep_the_rank_correlation_and_a_reversal_turns_its_sign()
    {
        var random = new Random(1);
        double[] x = [.. Enumerable.Range(0, 60).Select(_ => Math.Round(random.NextDouble() * 8, 1))], y = [.. x.Select(v => v + 3 * random.NextDouble())];
        var rho = Spearman.Correlation(x, y);
        Assert.Equal(rho, Spearman.Correlation([.. x.Select(Math.Exp)], [.. y.Select(v => v * v * v)]), 12);
        Assert.Equal(-rho, Spearman.Correlation(x, [.. y.Select(v => -v)]), 12);
        Assert.Equal(rho, Spearman.Correlation(y, x), 12);
        Assert.Equal(1, Spearman.Correlation(x, x));
    }

    [Fact]
    public void Ties_share_a_rank_and_a_constant_has_none_to_correlate()
    {
        Assert.Equal([2.5, 1, 2.5, 4], Spearman.Ranks([5, 1, 5, 9]));
        Assert.Equal(0, Spearman.Correlation([2, 2, 2], [1, 2, 3]));
        Assert.Equal(0, Spearman.Correlation([7], [7]));
        Assert.Throws<ArgumentException>(() => Spearman.Correlation([1], [1, 2]));
    }

    [Fact]
    public void A_tied_target_is_ranked_as_asked()
    {
        var similarity = Tensor.From<double>([0.5, 0.9, 0.5, 0.5], [1, 4]);
        Assert.Equal([2.0], Retrieval.Of(similarity, [0]).Ranks);
        Assert.Equal([3.0], Retrieval.Of(similarity, [0], Ties.Average).Ranks);
        Assert.Equal([4.0], Retrieval.Of(similarity, [0], Ties.Pessimistic).Ranks);
    }

    [Fact]
    public void Of_several_targets_the_best_counts_and_recall_reaches_everything()
    {
        var similarity = Tensor.From<double>([0.1, 0.2, 0.3, 0.9, 0.8, 0.7], [2, 3]);
        var retrieval = Retrieval.Of(similarity, [0, 1, 2, -1]);
        Assert.Equal([2.0, 3.0], retrieval.Ranks);
        Assert.Equal((0, 50, 100, 2.5), (retrieval.RecallAt(1), retrieval.RecallAt(2), retrieval.RecallAt(3), retrieval.MedianRank));
        Assert.Throws<ArgumentException>(() => Retrieval.Of(similarity, [0, 5]));
        Assert.Throws<ArgumentException>(() => Retrieval.Of(similarity, [0, -1]));
    }

    [Fact]
    public void A_picture_by_the_same_camera_neither_helps_nor_hurts()
    {
        var distance = Tensor.From<double>([0.1, 0.2, 0.3, 0.4], [1, 4]);
        var scores = ReIdentification.Of(distance, [1], [1, 2, 1, 1], [0], [0, 1, 1, 2], topk: 3);
        Assert.Equal((1.0 / 2 + 2.0 / 3) / 2, scores.MeanAveragePrecision, 12);      // without the first, hits come 2nd and 3rd
        Assert.Equal([0, 1, 1], scores.Cmc);
        Assert.Equal((1 + 2.0 / 3 + 3.0 / 4) / 3, ReIdentification.Of(distance, [1], [1, 2, 1, 1]).MeanAveragePrecision, 12);
    }

    [Fact]
    public void Queries_without_anything_to_find_are_skipped()
    {
        var distance = Tensor.Zeros([2, 2], Dtype.Float64);
        var scores = ReIdentification.Of(distance, [1, 9], [1, 9], [0, 0], [1, 0]);
        Assert.Equal([true, false], scores.Valid);
        Assert.Equal(1, scores.MeanAveragePrecision);
        Assert.Equal(0, ReIdentification.Of(distance, [5, 5], [1, 9]).MeanAveragePrecision);
    }
}
