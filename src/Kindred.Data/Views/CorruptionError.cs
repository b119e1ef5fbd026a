using Kindred.Io;

namespace Kindred.Views;

/// <summary>How much common corruptions hurt: the mean corruption error of a classifier, beside a reference classifier's.</summary>
/// <remarks>Hendrycks and Dietterich, ICLR 2019, arXiv:1903.12261, Sec. 4.1. All errors are shares in 0…1; CE and mCE are per cent.</remarks>
/// <param name="Ce">Per corruption: 100 · Σ errors / Σ reference errors over the severities.</param>
/// <param name="Mce">Mean of <paramref name="Ce"/>.</param>
/// <param name="RelativeCe">The same after the error on clean pictures was taken away from each error.</param>
/// <param name="RelativeMce">Mean of <paramref name="RelativeCe"/>.</param>
/// <param name="MeanError">Mean of all errors, without a reference.</param>
public sealed record CorruptionError(double[] Ce, double Mce, double[] RelativeCe, double RelativeMce, double MeanError)
{
    /// <summary>Works the figures out.</summary>
    /// <param name="errors">The classifier's errors, <c>[corruptions, severities]</c>.</param>
    /// <param name="reference">The reference's errors, of the same shape.</param>
    /// <param name="clean">The classifier's error on clean pictures.</param>
    /// <param name="referenceClean">The reference's error on clean pictures.</param>
    /// <exception cref="DataException">The two tables differ in shape.</exception>
    public static CorruptionError Of(double[,] errors, double[,] reference, double clean, double referenceClean)
    {
        int kinds = errors.GetLength(0), severities = errors.GetLength(1);
        if (reference.GetLength(0) != kinds || reference.GetLength(1) != severities)
            throw new DataException($"errors are [{kinds}, {severities}], the reference's [{reference.GetLength(0)}, {reference.GetLength(1)}]; they must cover the same corruptions.");
        var (ce, relative) = (new double[kinds], new double[kinds]);
        var total = 0.0;
        for (var kind = 0; kind < kinds; kind++)
        {
            double sum = 0, referenceSum = 0;
            for (var severity = 0; severity < severities; severity++)
            {
                sum += errors[kind, severity];
                referenceSum += reference[kind, severity];
            }
            ce[kind] = 100 * sum / referenceSum;
            relative[kind] = 100 * (sum - (severities * clean)) / (referenceSum - (severities * referenceClean));
            total += sum;
        }
        return new(ce, ce.Average(), relative, relative.Average(), total / (kinds * severities));
    }
}
