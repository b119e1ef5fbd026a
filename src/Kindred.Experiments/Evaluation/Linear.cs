using System.ComponentModel.DataAnnotations;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Linear evaluation without augmentation: frozen features, standardised, multinomial logistic regression.</summary>
/// <remarks>
/// What the papers do by weeks of SGD (<see cref="LinearSgd"/>) as a convex problem solved to its minimum; Kornblith, Shlens, Le,
/// "Do Better ImageNet Models Transfer Better?", CVPR 2019, App. A, and SimCLR, arXiv:2002.05709, App. B.8 choose λ on a held-out part likewise.
/// </remarks>
/// <param name="L2">Strengths λ of |W|²/2 beside the mean cross-entropy; the best on the held-out part is taken, then all training samples are fitted.</param>
/// <param name="Holdout">Share of the training samples on which λ is chosen.</param>
/// <param name="Iterations">Most steps of L-BFGS.</param>
/// <param name="Tolerance">Stops when no entry of the gradient is larger.</param>
[Protocol("linear", Title = "logistic regression on frozen features, its strength chosen on a held-out part of train", Paper = "arXiv:2002.05709")]
public sealed record Linear([Range(0.0, 1e9)] IReadOnlyList<double>? L2 = null, [Range(0.01, 0.9)] double Holdout = 0.2,
    [Range(1, 100_000)] int Iterations = 200, [Range(0.0, 1.0)] double Tolerance = 1e-4) : Protocol
{
    /// <summary>Strengths λ to choose from.</summary>
    public IReadOnlyList<double> L2 { get; } = L2 ?? ProbeFit.Grid;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["accuracy", "top5", "validation", "l2"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var train = subject.OpenLabelled("train");
        using var test = subject.OpenLabelled("test");
        return Measure(subject, train, test, new(L2, Holdout, Iterations, Tolerance, subject.Seed));
    }

    /// <summary>Fits on one part, tests on the other.</summary>
    internal static Dictionary<string, double> Measure(Subject subject, IData train, IData test, ProbeFit fit)
    {
        using var scope = Scope.Open();
        var classes = train.Classes.Count;
        var (x, y) = Features.Labelled(train, subject.Represent, subject.Cancel);
        var probe = LinearProbe.Fit(x, y, classes, fit, subject.Cancel);
        var (queries, truth) = Features.Labelled(test, subject.Represent, subject.Cancel);
        var metrics = new Dictionary<string, double> { ["accuracy"] = probe.Accuracy(queries, truth) };
        if (classes >= 10) metrics["top5"] = probe.Accuracy(queries, truth, 5);
        (metrics["validation"], metrics["l2"]) = (probe.Validation, probe.L2);
        return metrics;
    }
}
