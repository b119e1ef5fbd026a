namespace Kindred.Clustering;

/// <summary>Which clustered samples to trust: those whose cluster stands apart and holds together when the clustering radius is varied.</summary>
/// <remarks>
/// Ge et al., "Self-paced Contrastive Learning with Hybrid Memory", arXiv:2006.02713, eqs. 3–4, with the scores stored as 1 − IoU like the official
/// code. A cluster is independent when its score (the least over its members) is within the threshold; a member is compact when it attains the
/// least score of its cluster. Whatever fails becomes an outlier with an id of its own.
/// </remarks>
/// <param name="Compactness">1 − IoU of each sample's cluster with its cluster at the tight radius, `[N]`.</param>
/// <param name="Independence">1 − IoU with its cluster at the loose radius, `[N]`.</param>
/// <param name="Threshold">Largest independence score of a trusted cluster.</param>
/// <param name="Kept">Whether each sample stays where it is, `[N]`.</param>
/// <param name="Labels">Final label of each sample: clusters, then old outliers, then newly rejected samples, `[N]`.</param>
public sealed record SelfPaced(double[] Compactness, double[] Independence, double Threshold, bool[] Kept, long[] Labels)
{
    /// <summary>Filters a clustering.</summary>
    /// <param name="labels">Clusters at the working radius, −1 for outliers, `[N]`.</param>
    /// <param name="tight">Clusters at a smaller radius, `[N]`.</param>
    /// <param name="loose">Clusters at a larger radius, `[N]`.</param>
    /// <param name="threshold">Independence threshold; null takes the 90 % quantile over the clusters of at least two members (first epoch), 0 if there are none.</param>
    /// <exception cref="ArgumentException">The three lengths differ.</exception>
    public static SelfPaced Filter(ReadOnlySpan<long> labels, ReadOnlySpan<long> tight, ReadOnlySpan<long> loose, double? threshold = null)
    {
        if (labels.Length != tight.Length || labels.Length != loose.Length)
            throw new ArgumentException($"{labels.Length}, {tight.Length} and {loose.Length} labels: all three clusterings are of the same samples.");
        var cluster = Dbscan.Expand(labels);
        double[] compact = Unlikeness(cluster, Dbscan.Expand(tight)), independent = Unlikeness(cluster, Dbscan.Expand(loose));
        var members = Enumerable.Range(0, cluster.Length).GroupBy(i => cluster[i]).ToDictionary(group => group.Key, group => group.ToArray());
        var apart = members.ToDictionary(pair => pair.Key, pair => pair.Value.Min(i => independent[i]));
        var best = members.ToDictionary(pair => pair.Key, pair => pair.Value.Min(i => compact[i]));
        var limit = threshold ?? Quantile([.. members.Where(pair => pair.Value.Length > 1).Select(pair => apart[pair.Key])]);

        var kept = cluster.Select((id, i) => apart[id] <= limit && compact[i] <= best[id]).ToArray();
        var final = (long[])cluster.Clone();
        long next = members.Count;
        for (int i = 0; i < final.Length; i++)
            if (!kept[i])
                final[i] = next++;
        return new(compact, independent, limit, kept, final);
    }

    static double[] Unlikeness(long[] cluster, long[] other)
    {
        var sizes = cluster.CountBy(id => id).ToDictionary();
        var otherSizes = other.CountBy(id => id).ToDictionary();
        var both = cluster.Zip(other).CountBy(pair => pair).ToDictionary();
        return [.. cluster.Zip(other).Select(pair =>
            1 - (double)both[pair] / (sizes[pair.First] + otherSizes[pair.Second] - both[pair]))];
    }

    static double Quantile(double[] scores)
    {
        if (scores.Length == 0)
            return 0;
        Array.Sort(scores);
        return scores[Math.Min(scores.Length - 1, (int)Math.Round(0.9 * scores.Length, MidpointRounding.ToEven))];
    }
}
