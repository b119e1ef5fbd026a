using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Metrics;

/// <summary>Are generated pictures each clearly of one class, and together of all classes? exp E KL(p(y|x) ‖ p(y)).</summary>
/// <remarks>Salimans et al., "Improved Techniques for Training GANs", arXiv:1606.03498, Sec. 4; natural logarithm, 0 ln 0 = 0. Between 1 and the number of classes.</remarks>
/// <param name="PerSplit">Score of each split, `[splits]`.</param>
public sealed record InceptionScore(double[] PerSplit)
{
    /// <summary>Scores class probabilities; the marginal p(y) is taken within each split.</summary>
    /// <param name="probabilities">p(y|x) of N pictures, rows sum to 1, `[N, C]`.</param>
    /// <param name="splits">Number of splits k; split j holds rows jN/k … (j+1)N/k − 1 (10 in the paper). At least 1, at most N.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer rows than splits.</exception>
    public static InceptionScore Of(Tensor probabilities, int splits = 10)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        long n = probabilities.Size(0), classes = probabilities.Size(1);
        ArgumentOutOfRangeException.ThrowIfLessThan(splits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(splits, n);
        var p = Host.Numbers(probabilities);
        return new([.. Enumerable.Range(0, splits).Select(j => Score(p, j * n / splits, (j + 1) * n / splits, classes))]);
    }

    /// <summary>Mean over the splits.</summary>
    public double Mean => PerSplit.Average();

    /// <summary>Standard deviation over the splits, divided by k as in the original code.</summary>
    public double PopulationDeviation => Math.Sqrt(PerSplit.Average(score => (score - Mean) * (score - Mean)));

    /// <summary>Standard deviation over the splits, divided by k − 1; 0 for a single split.</summary>
    public double SampleDeviation => PerSplit.Length < 2 ? 0 : PopulationDeviation * Math.Sqrt(PerSplit.Length / (PerSplit.Length - 1.0));

    static double Score(double[] p, long first, long last, long classes)
    {
        var marginal = new double[classes];
        for (long i = first; i < last; i++)
            for (long c = 0; c < classes; c++)
                marginal[c] += p[i * classes + c] / (last - first);
        double divergence = 0;
        for (long i = first; i < last; i++)
            for (long c = 0; c < classes; c++)
                if (p[i * classes + c] is > 0 and var value)
                    divergence += value * (Math.Log(value) - Math.Log(marginal[c]));
        return Math.Exp(divergence / (last - first));
    }
}
