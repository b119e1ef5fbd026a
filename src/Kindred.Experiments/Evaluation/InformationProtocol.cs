using Kindred.Experiments.Modalities;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>The estimate of a method that estimates, on held-out pairs; beside it the truth, where the data know it.</summary>
[Protocol("information", Title = "mutual information in nats on held-out pairs, and the truth where it is known", Paper = "arXiv:1801.04062")]
public sealed record InformationProtocol : Protocol
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["nats", "truth"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var method = subject.Need<IEstimates>("estimates mutual information");
        using var scope = Scope.Open();
        using var data = subject.Open("test", alone: true);
        if (data is not PairData pairs) throw new ConfigurationException($"{subject.Uri}: an estimate is read off pairs of vectors; give --data columns:gaussian or --data \"columns:FILE?x=1&y=2\".");
        var metrics = new Dictionary<string, double> { ["nats"] = method.Estimate(pairs.All().To(subject.Device)) };
        if (pairs.Truth is { } truth) metrics["truth"] = truth;
        return metrics;
    }
}
