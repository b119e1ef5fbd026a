using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Clustering;

/// <summary>First centroids for k-means.</summary>
static class Seeding
{
    // So many rows a cluster represent the rest well, and keep a pass over them inside the cache.
    const long RowsPerCluster = 8, FewestRows = 4096;

    /// <summary>k-means++: each further centroid is a row drawn with probability proportional to its squared distance from those chosen.</summary>
    /// <remarks>Arthur and Vassilvitskii, SODA 2007. Once every row coincides with a centroid the rest is drawn evenly.</remarks>
    public static Tensor PlusPlus(Tensor features, int clusters, long seed)
    {
        using var scope = Scope.Open();
        using var quiet = NoGradient.Begin();
        using var generator = new Generator(seed);
        var rows = Sample(features.Detach(), Math.Max(FewestRows, RowsPerCluster * clusters), generator);
        var random = Tensor.Rand([clusters], generator, Dtype.Float64).ToArray<double>();
        var chosen = new long[clusters];
        var distance = new double[rows.Size(0)];
        Array.Fill(distance, 1);
        for (int k = 0; k < clusters; k++)
        {
            chosen[k] = Pick(distance, random[k]);
            using var inner = Scope.Open();
            // From differences: the weights of near rows are what products round away.
            var fresh = Host.Numbers(Tensor.Cdist(rows, rows.Narrow(0, chosen[k], 1), 2, computeMode: 2).Square());
            for (int i = 0; i < distance.Length; i++)
                distance[i] = k == 0 ? fresh[i] : Math.Min(distance[i], fresh[i]);
        }
        return scope.Return(rows.IndexSelect(0, Tensor.From<long>(chosen, [clusters]).To(rows.Device)));
    }

    static Tensor Sample(Tensor features, long count, Generator generator)
    {
        if (features.Size(0) <= count)
            return features;
        var picked = Tensor.Randperm(features.Size(0), generator).Narrow(0, 0, count).Sort().Values;
        return features.IndexSelect(0, picked.To(features.Device));
    }

    static long Pick(double[] weights, double random)
    {
        double total = 0;
        foreach (var weight in weights)
            total += weight;
        if (total == 0)
            return (long)(random * weights.Length);
        var target = random * total;
        for (int i = 0; i < weights.Length; i++)
            if ((target -= weights[i]) < 0)
                return i;
        return Array.FindLastIndex(weights, weight => weight > 0);
    }
}
