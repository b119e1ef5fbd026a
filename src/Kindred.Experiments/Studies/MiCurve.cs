using Kindred.Experiments.Modalities;
using Kindred.Information;

namespace Kindred.Experiments.Studies;

/// <summary>One correlation of a curve: the truth, and what the estimators say.</summary>
/// <param name="Correlation">ρ.</param>
/// <param name="Truth">I in nats.</param>
/// <param name="ClubExact">CLUB with the exact conditional.</param>
/// <param name="Estimates">One an estimator, in the order asked.</param>
public sealed record MiPoint(double Correlation, double Truth, double ClubExact, IReadOnlyList<MiEstimate> Estimates);

/// <summary>Estimates against the truth on correlated Gaussians: what a bound is worth before it is trusted on data.</summary>
public static class MiCurve
{
    /// <summary>Correlations of the usual 20-dimensional study.</summary>
    public static IReadOnlyList<double> Grid { get; } = [0, 0.1, 0.5, 0.9];

    /// <summary>Runs every estimator at every correlation; a point is handed over as soon as it is complete.</summary>
    /// <param name="dimensions">D.</param>
    /// <param name="correlations">ρ of each point, in (−1, 1).</param>
    /// <param name="estimators">Which bounds.</param>
    /// <param name="options">Settings of each estimation.</param>
    /// <param name="held">Pairs that the estimates are read off.</param>
    /// <param name="stop">Ends early.</param>
    public static IEnumerable<MiPoint> Run(int dimensions, IEnumerable<double> correlations, IReadOnlyList<MiEstimator> estimators, MiOptions options,
        int held = 32768, CancellationToken stop = default)
    {
        foreach (var correlation in correlations)
        {
            var law = new CorrelatedGaussian(dimensions, correlation);
            var pairs = new DrawnPairs(law, held, (ulong)options.Seed);
            var estimates = estimators.Select(estimator => MiEstimate.Of(pairs, estimator, options, stop)).ToArray();
            yield return new(correlation, law.MutualInformation, law.ClubBound, estimates);
        }
    }
}
