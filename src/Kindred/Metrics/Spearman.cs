namespace Kindred.Metrics;

/// <summary>Rank correlation: do two lists of numbers order their items alike?</summary>
/// <remarks>Pearson's correlation of the ranks; ties share the mean of their ranks (Spearman 1904). A constant list ranks nothing: 0.</remarks>
public static class Spearman
{
    /// <summary>The correlation of the ranks, in [−1, 1].</summary>
    /// <param name="x">First list, `[N]`.</param>
    /// <param name="y">Second list, `[N]`, same items in the same order.</param>
    /// <returns>0 where either list is constant or holds fewer than two items.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Correlation(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length != y.Length)
            throw new ArgumentException($"{x.Length} numbers against {y.Length}: a correlation needs pairs.");
        double[] a = Ranks(x), b = Ranks(y);
        double mean = (x.Length + 1) / 2.0, product = 0, left = 0, right = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double da = a[i] - mean, db = b[i] - mean;
            product += da * db;
            left += da * da;
            right += db * db;
        }
        return left == 0 || right == 0 ? 0 : Math.Clamp(product / (Math.Sqrt(left) * Math.Sqrt(right)), -1, 1);
    }

    /// <summary>1-based ranks in ascending order; equal values share the mean of the ranks they occupy.</summary>
    /// <param name="values">Numbers, `[N]`.</param>
    public static double[] Ranks(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        var order = Enumerable.Range(0, values.Length).ToArray();
        Array.Sort(sorted, order);
        var ranks = new double[values.Length];
        for (int first = 0, last; first < sorted.Length; first = last)
        {
            for (last = first + 1; last < sorted.Length && sorted[last] == sorted[first]; last++) { }
            for (int i = first; i < last; i++)
                ranks[order[i]] = (first + 1 + last) / 2.0;
        }
        return ranks;
    }
}
