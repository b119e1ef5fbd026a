using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Metrics;

/// <summary>How a target that scores as well as others is ranked.</summary>
public enum Ties
{
    /// <summary>Before everything that scores equally: 1 + number strictly better.</summary>
    Optimistic,

    /// <summary>In the middle: half of the equals count as better.</summary>
    Average,

    /// <summary>After everything that scores equally.</summary>
    Pessimistic,
}

/// <summary>Where the right answer lands when a gallery is sorted by similarity to a query: recall at k, median and mean rank.</summary>
/// <param name="Ranks">1-based rank of each query's target, `[Q]`; fractional with <see cref="Ties.Average"/>.</param>
public sealed record Retrieval(double[] Ranks)
{
    /// <summary>Ranks each query's target among the whole gallery.</summary>
    /// <param name="similarity">Larger is closer, `[Q, G]`.</param>
    /// <param name="target">Gallery column of each query, `[Q]`, or several a query, `[Q, T]` row by row and −1 padded: the best of them counts.</param>
    /// <param name="ties">Rank among equals.</param>
    /// <exception cref="ArgumentException">Targets do not fit the queries, or a query has none.</exception>
    public static Retrieval Of(Tensor similarity, ReadOnlySpan<long> target, Ties ties = Ties.Optimistic)
    {
        ArgumentNullException.ThrowIfNull(similarity);
        var (queries, gallery) = ((int)similarity.Size(0), (int)similarity.Size(1));
        if (queries == 0 || target.Length % queries != 0 || target.Length == 0)
            throw new ArgumentException($"{target.Length} targets for {queries} queries: give one target, or the same number (−1 padded), to each query.");
        var each = target.Length / queries;
        var ranks = new double[queries];
        for (int q = 0; q < queries; q++)
            ranks[q] = Best(Host.Row(similarity, q), target.Slice(q * each, each), gallery, ties);
        return new Retrieval(ranks);
    }

    /// <summary>Percentage of queries whose target is among the first k.</summary>
    /// <param name="k">Length of the list looked at, ≥ 1; beyond the gallery it is 100.</param>
    public double RecallAt(int k) => 100.0 * Ranks.Count(rank => rank <= k) / Ranks.Length;

    /// <summary>Median rank (MdR); of an even number of queries the mean of the middle two.</summary>
    public double MedianRank
    {
        get
        {
            var sorted = Ranks.Order().ToArray();
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>Mean rank (MnR).</summary>
    public double MeanRank => Ranks.Average();

    static double Best(double[] scores, ReadOnlySpan<long> targets, int gallery, Ties ties)
    {
        var best = double.PositiveInfinity;
        foreach (var target in targets)
            if (target >= gallery)
                throw new ArgumentException($"target {target} is outside a gallery of {gallery}.");
            else if (target >= 0)
                best = Math.Min(best, Rank(scores, scores[target], ties));
        return double.IsFinite(best) ? best : throw new ArgumentException("a query without a target cannot be ranked: leave it out.");
    }

    static double Rank(double[] scores, double score, Ties ties)
    {
        int better = 0, equal = -1;
        foreach (var other in scores)
        {
            if (other > score)
                better++;
            else if (other == score)
                equal++;
        }
        return 1 + better + ties switch { Ties.Optimistic => 0, Ties.Average => equal / 2.0, _ => equal };
    }
}
