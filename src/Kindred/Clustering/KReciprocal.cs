using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Clustering;

/// <summary>Jaccard distance of k-reciprocal neighbourhoods: two pictures are close when the same pictures count both among their mutual neighbours.</summary>
/// <remarks>
/// Zhong et al., "Re-ranking Person Re-identification with k-reciprocal Encoding", CVPR 2017, arXiv:1701.08398, eqs. 3–10, in the form used by SpCL
/// (arXiv:2006.02713): reciprocal sets of k₁, widened by the half sets of their members that overlap by more than two thirds; weights
/// softmax(−(2 − 2cos)) inside the set; averaged over the first k₂ neighbours; 1 − Σmin / (2 − Σmin), floored at 0.
/// Every point is its own first neighbour, duplicates notwithstanding. Memory: the [N, N] result plus the sparse codes.
/// </remarks>
/// <param name="Distance">`[N, N]` in [0, 1], in the dtype of the features.</param>
/// <param name="Neighbours">The k₁ nearest of each point, itself first, `[N][k₁]`; equals keep index order.</param>
public sealed record KReciprocal(Tensor Distance, int[][] Neighbours)
{
    /// <summary>Computes all pairwise distances.</summary>
    /// <param name="features">`[N, D]`; normalised here.</param>
    /// <param name="k1">Neighbours looked at, at most N are used (30 in SpCL).</param>
    /// <param name="k2">Neighbours averaged over (6 in SpCL); 1 averages nothing.</param>
    public static KReciprocal Of(Tensor features, int k1 = 30, int k2 = 6)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentOutOfRangeException.ThrowIfLessThan(k1, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(k2, 1);
        using var quiet = NoGradient.Begin();
        var n = (int)features.Size(0);
        features = features.Detach().Normalize();
        var (neighbours, cosine) = Search(features, Math.Min(k1, n));
        var reciprocal = Mutual(neighbours, k1);
        var half = Mutual(neighbours, (int)Math.Round(k1 / 2.0, MidpointRounding.ToEven) + 1);

        var codes = new SortedDictionary<int, double>[n];
        for (int i = 0; i < n; i++)
            codes[i] = Encode(Widen(reciprocal[i], half), cosine(i));
        if (k2 > 1)
            codes = [.. neighbours.Select(row => Mean(row.Take(k2).Select(j => codes[j]).ToArray()))];
        return new(Compare(codes, features.Dtype), neighbours);
    }

    // Similarities are made a block of rows at a time; a row is made again when its code is written, which spares the second [N, N] matrix.
    static (int[][] Neighbours, Func<int, double[]> Cosine) Search(Tensor features, int k)
    {
        double[] Row(int i)
        {
            using var scope = Scope.Open();
            return Host.Numbers(features.Matmul(features.Select(0, i)));
        }
        var neighbours = new int[features.Size(0)][];
        for (int i = 0; i < neighbours.Length; i++)
        {
            var negative = Array.ConvertAll(Row(i), similarity => -similarity);
            negative[i] = double.NegativeInfinity;
            var order = Enumerable.Range(0, negative.Length).ToArray();
            Array.Sort(order, (a, b) => negative[a].CompareTo(negative[b]) is var sign && sign != 0 ? sign : a.CompareTo(b));
            neighbours[i] = order[..k];
        }
        return (neighbours, Row);
    }

    static int[][] Mutual(int[][] neighbours, int k) =>
        [.. neighbours.Select((row, i) => row.Take(k).Where(j => neighbours[j].AsSpan(0, Math.Min(k, neighbours[j].Length)).Contains(i)).ToArray())];

    static IEnumerable<int> Widen(int[] set, int[][] half)
    {
        var wide = new SortedSet<int>(set);
        foreach (var candidate in set)
            if (3 * half[candidate].Count(set.Contains) > 2 * half[candidate].Length)
                wide.UnionWith(half[candidate]);
        return wide;
    }

    static SortedDictionary<int, double> Encode(IEnumerable<int> set, double[] cosine)
    {
        var code = new SortedDictionary<int, double>();
        foreach (var j in set)
            code[j] = Math.Exp(2 * cosine[j] - 2);
        var sum = code.Values.Sum();
        foreach (var j in code.Keys.ToArray())
            code[j] /= sum;
        return code;
    }

    static SortedDictionary<int, double> Mean(SortedDictionary<int, double>[] codes)
    {
        var mean = new SortedDictionary<int, double>();
        foreach (var code in codes)
            foreach (var (j, weight) in code)
                mean[j] = mean.GetValueOrDefault(j) + weight / codes.Length;
        return mean;
    }

    // Only pairs that share a neighbour can be nearer than 1, and an inverted list finds them.
    static Tensor Compare(SortedDictionary<int, double>[] codes, Dtype dtype)
    {
        var n = codes.Length;
        var holders = new List<(int Point, double Weight)>[n];
        for (int i = 0; i < n; i++)
            foreach (var (j, weight) in codes[i])
                (holders[j] ??= []).Add((i, weight));

        var distance = new float[dtype == Dtype.Float64 ? 0 : (long)n * n];
        var precise = new double[dtype == Dtype.Float64 ? (long)n * n : 0];
        var shared = new double[n];
        for (int i = 0; i < n; i++)
        {
            Array.Clear(shared);
            foreach (var (j, weight) in codes[i])
                foreach (var (point, other) in holders[j])
                    shared[point] += Math.Min(weight, other);
            for (int j = 0; j < n; j++)
            {
                var value = Math.Max(0, 1 - shared[j] / (2 - shared[j]));
                if (precise.Length > 0)
                    precise[(long)i * n + j] = value;
                else
                    distance[(long)i * n + j] = (float)value;
            }
        }
        return precise.Length > 0 ? Tensor.From<double>(precise, [n, n]) : Tensor.From<float>(distance, [n, n]).To(dtype);
    }
}
