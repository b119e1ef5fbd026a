namespace Kindred.Metrics;

/// <summary>How well a clustering agrees with the classes: NMI in its four normalisations, AMI, ARI, matched accuracy, purity.</summary>
/// <param name="MutualInformation">I(truth; predicted) in nats.</param>
/// <param name="NmiArithmetic">I over the mean of the two entropies: "the" NMI of today.</param>
/// <param name="NmiGeometric">I over the geometric mean of the entropies (Strehl and Ghosh, 2002), the older habit.</param>
/// <param name="NmiMin">I over the smaller entropy.</param>
/// <param name="NmiMax">I over the larger entropy.</param>
/// <param name="Ami">Adjusted mutual information: chance gives 0 (Vinh, Epps and Bailey, JMLR 2010, arithmetic mean).</param>
/// <param name="Ari">Adjusted Rand index: agreement on pairs, chance gives 0 (Hubert and Arabie, 1985).</param>
/// <param name="Accuracy">Share of samples on the best one-to-one matching of clusters and classes (Hungarian).</param>
/// <param name="Purity">Share of samples that belong to the commonest class of their cluster.</param>
/// <remarks>
/// Degenerate cases: two partitions of one block each agree perfectly (1 everywhere); no shared information gives NMI 0;
/// identical partitions give AMI and ARI 1 also where chance alone would reach 1 (all singletons).
/// </remarks>
public sealed record ClusterAgreement(double MutualInformation, double NmiArithmetic, double NmiGeometric, double NmiMin, double NmiMax,
    double Ami, double Ari, double Accuracy, double Purity)
{
    const double Tiny = 2.220446049250313e-16;

    /// <summary>Compares the classes of N samples with the clusters they were put in.</summary>
    /// <param name="truth">Class of each sample, `[N]`; any ids, a negative one is left out.</param>
    /// <param name="predicted">Cluster of each sample, `[N]`; any ids, a negative one is an outlier in a cluster of its own.</param>
    /// <exception cref="ArgumentException">The two lengths differ or are zero, or no sample has a class.</exception>
    public static ClusterAgreement Of(ReadOnlySpan<long> truth, ReadOnlySpan<long> predicted)
    {
        var table = Contingency.Of(truth, predicted);
        var information = Shared(table);
        var (h, g) = (Entropy(table.Classes, table.Samples), Entropy(table.Clusters, table.Samples));
        var oneBlockEach = table.Classes.Length == 1 && table.Clusters.Length == 1;
        double Normalized(double by) => oneBlockEach ? 1 : information <= Tiny ? 0 : information / by;

        return new(information, Normalized((h + g) / 2), Normalized(Math.Sqrt(h * g)), Normalized(Math.Min(h, g)), Normalized(Math.Max(h, g)),
            Adjusted(table, information, (h + g) / 2), AdjustedRand(table), MatchedAccuracy(table), PurityOf(table));
    }

    static double Shared(Contingency table)
    {
        double n = table.Samples, sum = 0;
        for (int i = 0; i < table.Classes.Length; i++)
            for (int j = 0; j < table.Clusters.Length; j++)
                if (table.Counts[i, j] is > 0 and var both)
                    sum += both / n * Math.Log(n * both / ((double)table.Classes[i] * table.Clusters[j]));
        return Math.Max(0, sum);
    }

    static double Entropy(long[] sizes, double n) => -sizes.Where(size => size > 0).Sum(size => size / n * Math.Log(size / n));

    static double Adjusted(Contingency table, double information, double meanEntropy)
    {
        if (SamePartition(table))
            return 1;
        var expected = ChanceInformation.Expected(table.Classes, table.Clusters, table.Samples);
        var room = meanEntropy - expected;
        return (information - expected) / (room < 0 ? Math.Min(room, -Tiny) : Math.Max(room, Tiny));
    }

    static double AdjustedRand(Contingency table)
    {
        static double Pairs(double count) => count * (count - 1) / 2;
        if (SamePartition(table))
            return 1;
        double together = 0;
        foreach (var count in table.Counts)
            together += Pairs(count);
        double a = table.Classes.Sum(count => Pairs(count)), b = table.Clusters.Sum(count => Pairs(count));
        var chance = a * b / Pairs(table.Samples);
        return (together - chance) / ((a + b) / 2 - chance);
    }

    static bool SamePartition(Contingency table)
    {
        if (table.Classes.Length != table.Clusters.Length)
            return false;
        for (int i = 0; i < table.Classes.Length; i++)
            for (int j = 0; j < table.Clusters.Length; j++)
                if (table.Counts[i, j] != 0 && (table.Counts[i, j] != table.Classes[i] || table.Counts[i, j] != table.Clusters[j]))
                    return false;
        return true;
    }

    static double MatchedAccuracy(Contingency table)
    {
        var (classes, clusters) = (table.Classes.Length, table.Clusters.Length);
        var weights = new double[classes, clusters];
        for (int i = 0; i < classes; i++)
            for (int j = 0; j < clusters; j++)
                weights[i, j] = table.Counts[i, j];
        return Hungarian.Maximize(weights).Total / table.Samples;
    }

    static double PurityOf(Contingency table)
    {
        long majority = 0;
        for (int j = 0; j < table.Clusters.Length; j++)
        {
            long largest = 0;
            for (int i = 0; i < table.Classes.Length; i++)
                largest = Math.Max(largest, table.Counts[i, j]);
            majority += largest;
        }
        return (double)majority / table.Samples;
    }
}
