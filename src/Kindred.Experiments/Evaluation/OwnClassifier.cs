using Kindred.Io;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>How often the method's own classifier is right on the test split: for phases and baselines that end in one.</summary>
[Protocol("classifier", Title = "the method's own classifier on test", Paper = "arXiv:2006.10029")]
public sealed record OwnClassifier : Protocol
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["accuracy", "top5"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var method = subject.Network?.Method as IScores
            ?? throw new ConfigurationException("this run ends in no classifier whose choices could be counted; evaluate its features by 'linear' or 'knn'.");
        using var scope = Scope.Open();
        using var test = subject.OpenLabelled("test");
        var (scores, truth) = Features.Labelled(test, view => method.Score(view.To(subject.Device)), subject.Cancel);
        var metrics = new Dictionary<string, double> { ["accuracy"] = Accuracy.TopK(scores, truth, 1) };
        if (scores.Size(1) >= 10) metrics["top5"] = Accuracy.TopK(scores, truth, 5);
        return metrics;
    }
}
