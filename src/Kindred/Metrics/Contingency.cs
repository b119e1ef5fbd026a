using Kindred.Clustering;

namespace Kindred.Metrics;

/// <summary>How often each class meets each cluster: the table from which every agreement of two partitions is read.</summary>
/// <remarks>
/// Ids are names only: they may be sparse, and different on the two sides. A sample with a negative class has none and is left out; one with a negative cluster is
/// an outlier, alone in a cluster of its own (<see cref="Numerics.Labels"/>).
/// </remarks>
public sealed class Contingency
{
    Contingency(long[,] counts, int samples)
    {
        Counts = counts;
        Samples = samples;
        Classes = Sums(counts, byRow: true);
        Clusters = Sums(counts, byRow: false);
    }

    /// <summary>Samples of class i in cluster j, `[classes, clusters]`, both in ascending order of their ids.</summary>
    public long[,] Counts { get; }

    /// <summary>Samples in all.</summary>
    public int Samples { get; }

    /// <summary>Samples of each class.</summary>
    public long[] Classes { get; }

    /// <summary>Samples in each cluster.</summary>
    public long[] Clusters { get; }

    /// <summary>Counts two labelings of the same samples against each other.</summary>
    /// <param name="truth">Class of each sample, `[N]`.</param>
    /// <param name="predicted">Cluster of each sample, `[N]`.</param>
    /// <exception cref="ArgumentException">The two lengths differ or are zero.</exception>
    public static Contingency Of(ReadOnlySpan<long> truth, ReadOnlySpan<long> predicted)
    {
        if (truth.Length != predicted.Length || truth.Length == 0)
            throw new ArgumentException($"{truth.Length} classes against {predicted.Length} clusters: both need one label for each sample, and at least one sample.");
        var known = Enumerable.Range(0, truth.Length).Where(Known(truth)).ToArray();
        if (known.Length == 0)
            throw new ArgumentException($"none of {truth.Length} samples has a class (all labels are negative): there is nothing to agree with.");
        truth = Pick(truth, known);
        predicted = Dbscan.Expand(Pick(predicted, known));
        var rows = Index(truth);
        var columns = Index(predicted);
        var counts = new long[rows.Count, columns.Count];
        for (int i = 0; i < truth.Length; i++)
            counts[rows[truth[i]], columns[predicted[i]]]++;
        return new Contingency(counts, truth.Length);
    }

    static Func<int, bool> Known(ReadOnlySpan<long> labels)
    {
        var copy = labels.ToArray();
        return i => copy[i] >= 0;
    }

    static long[] Pick(ReadOnlySpan<long> labels, int[] rows)
    {
        var picked = new long[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            picked[i] = labels[rows[i]];
        return picked;
    }

    static Dictionary<long, int> Index(ReadOnlySpan<long> labels)
    {
        var distinct = new SortedSet<long>();
        foreach (var label in labels)
            distinct.Add(label);
        return distinct.Select((label, position) => (label, position)).ToDictionary(pair => pair.label, pair => pair.position);
    }

    static long[] Sums(long[,] counts, bool byRow)
    {
        var sums = new long[counts.GetLength(byRow ? 0 : 1)];
        for (int i = 0; i < counts.GetLength(0); i++)
            for (int j = 0; j < counts.GetLength(1); j++)
                sums[byRow ? i : j] += counts[i, j];
        return sums;
    }
}
