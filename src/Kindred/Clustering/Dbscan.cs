using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Clustering;

/// <summary>Density clustering: points with enough neighbours grow clusters, lonely points stay outliers.</summary>
/// <remarks>
/// Ester et al., "A Density-Based Algorithm for Discovering Clusters", KDD 1996, on given distances. The radius is inclusive, a point counts among
/// its own neighbours, clusters are numbered by their first core point, and a border point goes to the first cluster that reaches it.
/// </remarks>
public static class Dbscan
{
    /// <summary>Label of an outlier.</summary>
    public const long Outlier = -1;

    /// <summary>Clusters N points from their pairwise distances.</summary>
    /// <param name="distance">Symmetric, `[N, N]`; only entries ≤ <paramref name="eps"/> are kept while it works.</param>
    /// <param name="eps">Radius of a neighbourhood, inclusive.</param>
    /// <param name="minSamples">Neighbours, itself included, that make a core point.</param>
    /// <returns>Cluster of each point, 0 … , or <see cref="Outlier"/>. Without points: empty.</returns>
    public static long[] Cluster(Tensor distance, double eps = 0.6, int minSamples = 4)
    {
        ArgumentNullException.ThrowIfNull(distance);
        var neighbours = new int[distance.Size(0)][];
        for (int i = 0; i < neighbours.Length; i++)
        {
            var row = Host.Row(distance, i);
            neighbours[i] = [.. Enumerable.Range(0, row.Length).Where(j => row[j] <= eps)];
        }
        return Grow(neighbours, minSamples);
    }

    /// <summary>Gives each outlier a cluster of its own, numbered after the others in order of index.</summary>
    /// <param name="labels">Labels with outliers (negative), `[N]`.</param>
    public static long[] Expand(ReadOnlySpan<long> labels)
    {
        long next = -1;
        foreach (var label in labels)
            next = Math.Max(next, label);
        var expanded = labels.ToArray();
        for (int i = 0; i < expanded.Length; i++)
            if (expanded[i] < 0)
                expanded[i] = ++next;
        return expanded;
    }

    static long[] Grow(int[][] neighbours, int minSamples)
    {
        var labels = new long[neighbours.Length];
        Array.Fill(labels, Outlier);
        long cluster = 0;
        var open = new Stack<int>();
        for (int seed = 0; seed < labels.Length; seed++)
        {
            if (labels[seed] != Outlier || neighbours[seed].Length < minSamples)
                continue;
            labels[seed] = cluster;
            open.Push(seed);
            while (open.TryPop(out var core))
                foreach (var point in neighbours[core])
                    if (labels[point] == Outlier)
                    {
                        labels[point] = cluster;
                        if (neighbours[point].Length >= minSamples)
                            open.Push(point);
                    }
            cluster++;
        }
        return labels;
    }
}
