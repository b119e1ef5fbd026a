using Kindred.Torch;

namespace Kindred.Clustering;

/// <summary>Pseudo labels for an epoch: <see cref="Dbscan"/> over the distances of <see cref="KReciprocal"/> at three radii, of which <see cref="SelfPaced"/> believes what does not vary.</summary>
/// <remarks>Ge et al., arXiv:2006.02713, Sec. 3.3.</remarks>
/// <param name="Labels">Of each row, 0 to M − 1 without gaps, in order of rows; whoever is in no cluster has a label of its own, `[N]`.</param>
/// <param name="Threshold">The independence that was asked for; null where nobody was taken apart.</param>
/// <param name="Count">Clusters of two rows and more.</param>
/// <param name="Together">Rows in them.</param>
/// <param name="TakenApart">Rows that DBSCAN had put into a cluster and that were not believed.</param>
sealed record SelfPacedClusters(long[] Labels, double? Threshold, int Count, int Together, int TakenApart)
{
    /// <summary>Clusters rows.</summary>
    /// <param name="rows">`[N, D]`, on the processor.</param>
    /// <param name="k1">Neighbours that may be mutual.</param>
    /// <param name="k2">Neighbours whose codes are averaged.</param>
    /// <param name="radius">Of DBSCAN, in Jaccard distance.</param>
    /// <param name="gap">By how much the tight and the loose radius differ from it.</param>
    /// <param name="minSamples">Neighbours, itself included, that make a core point.</param>
    /// <param name="reliable">Whether clusters are taken apart.</param>
    /// <param name="threshold">Of earlier epochs; null in the first.</param>
    internal static SelfPacedClusters Of(Tensor rows, int k1, int k2, double radius, double gap, int minSamples, bool reliable, double? threshold)
    {
        var distance = KReciprocal.Of(rows, k1, k2).Distance;
        long[] At(double r) => Dbscan.Cluster(distance, Math.Clamp(r, 0, 1), minSamples);
        var labels = At(radius);
        var paced = reliable ? SelfPaced.Filter(labels, At(radius - gap), At(radius + gap), threshold) : null;
        var number = new Dictionary<long, long>();
        long[] dense = [.. (paced?.Labels ?? Dbscan.Expand(labels)).Select(id => number.TryGetValue(id, out var known) ? known : number[id] = number.Count)];
        var sizes = dense.CountBy(id => id).Select(pair => pair.Value).Where(size => size > 1).ToArray();
        return new(dense, paced?.Threshold, sizes.Length, sizes.Sum(), labels.Count(l => l >= 0) - sizes.Sum());
    }
}
