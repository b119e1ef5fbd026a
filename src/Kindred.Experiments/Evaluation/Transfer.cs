using System.ComponentModel.DataAnnotations;

namespace Kindred.Experiments.Evaluation;

/// <summary>Transfer: linear evaluation on other data than those that the run learnt from.</summary>
/// <remarks>As <see cref="Linear"/>; SimCLR, arXiv:2002.05709, App. B.8.</remarks>
/// <param name="L2">Strengths λ to choose from on a held-out part.</param>
/// <param name="Holdout">Share of the training samples on which λ is chosen.</param>
/// <param name="Iterations">Most steps of L-BFGS.</param>
/// <param name="Tolerance">Stops when no entry of the gradient is larger.</param>
[Protocol("transfer", Title = "linear evaluation on another data set, given by --data", Paper = "arXiv:2002.05709")]
public sealed record Transfer([Range(0.0, 1e9)] IReadOnlyList<double>? L2 = null, [Range(0.01, 0.9)] double Holdout = 0.2,
    [Range(1, 100_000)] int Iterations = 200, [Range(0.0, 1.0)] double Tolerance = 1e-4) : Protocol
{
    /// <summary>Strengths λ to choose from.</summary>
    public IReadOnlyList<double> L2 { get; } = L2 ?? ProbeFit.Grid;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["accuracy", "top5", "validation", "l2"];

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">The data are the run's own.</exception>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (subject.OwnData is { } own && DataSplit.Of(own, null) == DataSplit.Of(subject.Uri, null))
            throw new ConfigurationException($"transfer looks at other data than the run's own ({own}); name them by --data, or take linear for its own.");
        subject.Notes["learnt_from"] = subject.OwnData;
        using var train = subject.OpenLabelled("train");
        using var test = subject.OpenLabelled("test");
        return Linear.Measure(subject, train, test, new(L2, Holdout, Iterations, Tolerance, subject.Seed));
    }
}
