using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Metrics;

/// <summary>How much corruptions hurt a classifier, measured against a reference classifier so that easy and hard corruptions weigh alike.</summary>
/// <remarks>
/// Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations", arXiv:1903.12261, Sec. 3:
/// CE_c = 100 Σ_s E_{s,c} / Σ_s E^ref_{s,c}; the relative form takes the clean error off both. AlexNet is the reference on ImageNet; elsewhere name it.
/// A corruption that does not hurt the reference at all gives ∞ (or NaN when it hurts neither): leave it out.
/// </remarks>
/// <param name="PerCorruption">CE of each corruption in percent, `[C]`.</param>
/// <param name="RelativePerCorruption">Relative CE in percent, `[C]`.</param>
/// <param name="MeanError">Plain mean of all errors, in the unit they came in.</param>
public sealed record CorruptionError(double[] PerCorruption, double[] RelativePerCorruption, double MeanError)
{
    /// <summary>Compares error rates.</summary>
    /// <param name="errors">Error of each corruption at each severity, `[C, S]`.</param>
    /// <param name="reference">The same of the reference classifier, `[C, S]`.</param>
    /// <param name="clean">Error on clean pictures.</param>
    /// <param name="referenceClean">The reference's error on clean pictures.</param>
    public static CorruptionError Of(Tensor errors, Tensor reference, double clean, double referenceClean)
    {
        ArgumentNullException.ThrowIfNull(errors);
        ArgumentNullException.ThrowIfNull(reference);
        double[][] ours = [.. Enumerable.Range(0, (int)errors.Size(0)).Select(c => Host.Row(errors, c))];
        double[][] theirs = [.. Enumerable.Range(0, (int)reference.Size(0)).Select(c => Host.Row(reference, c))];
        return new(
            [.. ours.Zip(theirs, (e, r) => 100 * e.Sum() / r.Sum())],
            [.. ours.Zip(theirs, (e, r) => 100 * e.Sum(x => x - clean) / r.Sum(x => x - referenceClean))],
            ours.Average(row => row.Average()));
    }

    /// <summary>mCE: the mean over the corruptions, in percent.</summary>
    public double Mean => PerCorruption.Average();

    /// <summary>Relative mCE, in percent.</summary>
    public double RelativeMean => RelativePerCorruption.Average();
}
