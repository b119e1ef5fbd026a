using System.ComponentModel.DataAnnotations;
using Kindred.Data.Pictures.Native;
using Kindred.Data.Views;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>What a representation withstands: a linear probe learns from clean pictures and is tested on corrupted ones.</summary>
/// <remarks>
/// Hendrycks and Dietterich, arXiv:1903.12261; families and severities of <see cref="Corrupt"/>. Reported are the accuracy of each family (mean over the severities), their mean,
/// and that mean as a share of the clean accuracy; beside a reference network also mCE and relative mCE (Sec. 3; there the reference is AlexNet, on small data a supervised network).
/// </remarks>
/// <param name="Families">Which; the benchmark's fifteen if left out.</param>
/// <param name="Severities">1 to 5.</param>
/// <param name="L2">Strengths λ to choose from on a held-out part of the clean training samples.</param>
/// <param name="Samples">At most so many test pictures; each is corrupted in every family and severity.</param>
/// <param name="Reference">The run that errors are divided by, already evaluated by this protocol with the same families and severities; or such a report's file.</param>
[Protocol("corruption", Title = "a linear probe of clean pictures tested on corrupted ones, by family and severity", Paper = "arXiv:1903.12261")]
public sealed record Corruptions(IReadOnlyList<string>? Families = null, [Range(1, 5)] IReadOnlyList<int>? Severities = null,
    [Range(0.0, 1e9)] IReadOnlyList<double>? L2 = null, [Range(10, 1 << 24)] int Samples = 2000, string? Reference = null) : Protocol
{
    /// <summary>Families of corruptions.</summary>
    public IReadOnlyList<string> Families { get; } = Families ?? [.. Corrupt.Kinds.Take(Corrupt.Benchmark)];

    /// <summary>1 to 5.</summary>
    public IReadOnlyList<int> Severities { get; } = Severities ?? [1, 2, 3, 4, 5];

    /// <summary>Strengths λ to choose from.</summary>
    public IReadOnlyList<double> L2 { get; } = L2 ?? ProbeFit.Grid;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["clean", "mean", "relative", .. Reference is null ? Array.Empty<string>() : ["mce", "relative_mce"], .. Families];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (Families.Count == 0 || Severities.Count == 0) throw new ConfigurationException("families or severities: the list is empty; leave it out for all.");
        var corruptions = Families.Select(f => (Family: f, Levels: Severities.Select(s => new Corrupt(f, s)).ToArray())).ToArray(); // refuses unknown ones before any work
        var reference = Reference is null ? null : CorruptionReference.Read(Reference, Families, Severities);
        using var train = subject.OpenLabelled("train");
        using var test = subject.OpenPictures("test", Samples);
        using var scope = Scope.Open();
        var (x, y) = Features.Labelled(train, subject.Represent, subject.Cancel);
        var probe = LinearProbe.Fit(x, y, train.Classes.Count, ProbeFit.Default with { L2 = L2, Seed = subject.Seed }, subject.Cancel);
        double Accuracy(ViewPlan plan)
        {
            using var inner = Scope.Open();
            var (queries, truth) = Features.Gather(test.InOrder(plan, subject.Seed, 256, subject.Cancel), subject.Represent, subject.Cancel);
            var labelled = truth.Ge(0).Nonzero().Squeeze(1);
            return probe.Accuracy(queries.IndexSelect(0, labelled), truth.IndexSelect(0, labelled));
        }
        var metrics = new Dictionary<string, double> { ["clean"] = Accuracy(test.PlainView), ["mean"] = 0, ["relative"] = 0 };
        foreach (var (family, levels) in corruptions) metrics[family] = levels.Average(level => Accuracy(PlainWith.Operation(test.PlainView, level)));
        metrics["mean"] = Families.Average(f => metrics[f]);
        metrics["relative"] = 100 * metrics["mean"] / metrics["clean"];
        reference?.Compare(metrics);
        return metrics;
    }
}
