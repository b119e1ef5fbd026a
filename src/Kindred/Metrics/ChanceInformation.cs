namespace Kindred.Metrics;

/// <summary>The mutual information that two random partitions with given block sizes share on average.</summary>
/// <remarks>Hypergeometric model of randomness: Vinh, Epps and Bailey, "Information Theoretic Measures for Clusterings Comparison", JMLR 2010, eq. 24.</remarks>
static class ChanceInformation
{
    public static double Expected(long[] classes, long[] clusters, int samples)
    {
        double n = samples, sum = 0;
        foreach (var rows in classes.GroupBy(size => size))
            foreach (var columns in clusters.GroupBy(size => size))
                sum += rows.Count() * (double)columns.Count() * OfCell(rows.Key, columns.Key, n);
        return sum;
    }

    // Over every possible count k of a cell with margins a and b: its share of the information times its probability.
    static double OfCell(long a, long b, double n)
    {
        double sum = 0;
        double margins = LogFactorial(a) + LogFactorial(b) + LogFactorial(n - a) + LogFactorial(n - b) - LogFactorial(n);
        for (long k = Math.Max(1, a + b - (long)n); k <= Math.Min(a, b); k++)
        {
            var probability = margins - LogFactorial(k) - LogFactorial(a - k) - LogFactorial(b - k) - LogFactorial(n - a - b + k);
            sum += k / n * Math.Log(n * k / ((double)a * b)) * Math.Exp(probability);
        }
        return sum;
    }

    static readonly double[] Small = [.. Enumerable.Range(0, 64).Select(n => Enumerable.Range(1, n).Sum(k => Math.Log(k)))];

    // Stirling's series; from 64 on its first four terms are exact to the last bit of a double.
    static double LogFactorial(double n)
    {
        if (n < Small.Length)
            return Small[(int)n];
        double inverse = 1 / n, square = inverse * inverse;
        return n * Math.Log(n) - n + 0.5 * Math.Log(2 * Math.PI * n)
            + inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)));
    }
}
