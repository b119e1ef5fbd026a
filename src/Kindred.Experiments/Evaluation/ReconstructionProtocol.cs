using System.ComponentModel.DataAnnotations;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>How near samples come back from their codes, and whether a classifier that only knows samples still finds their class.</summary>
/// <remarks><c>error</c> is the mean of |x − x̂| in the data's own unit, <c>relative</c> the mean square in percent of the data's variance: 100 is what the mean of all samples scores.</remarks>
/// <param name="L2">λ of the classifier, a logistic regression on standardised values of the training part.</param>
[Protocol("reconstruction", Title = "error of samples that come back from their codes, and whether their class is still told", Paper = "arXiv:1801.04062")]
public sealed record ReconstructionProtocol([Range(0.0, 1e6)] double L2 = 1e-4) : Protocol
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["error", "relative", "class", "class_before"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var method = subject.Need<IReconstructs>("maps samples to codes and back");
        using var scope = Scope.Open();
        Tensor Values(View view) => view.To(subject.Device).X.Flatten(1);
        using var test = subject.Open("test");
        var (x, labels) = Features.Of(test, Values, subject.Cancel);
        var back = Features.Of(test, view => method.Reconstruct(view.To(subject.Device)).X.Flatten(1), subject.Cancel).Features;
        var metrics = new Dictionary<string, double>
        {
            ["error"] = (x - back).Norm(2, [1]).Mean().Item(),
            ["relative"] = 100 * (x - back).Square().Mean().Item() / (x - x.Mean(0)).Square().Mean().Item(),
        };
        if (test.Classes.Count < 2) return metrics;
        using var train = subject.OpenLabelled("train");
        var (known, classes) = Features.Labelled(train, Values, subject.Cancel);
        var (mean, deviation) = (known.Mean(0), known.Std(0, unbiased: true).ClampMin(1e-6));
        var classifier = LogisticRegression.Fit((known - mean) / deviation, classes, train.Classes.Count, L2, cancel: subject.Cancel);
        var rows = labels.Ge(0).Nonzero().Squeeze(1);
        double Told(Tensor samples) => Accuracy.TopK(classifier.Scores((samples.IndexSelect(0, rows) - mean) / deviation), labels.IndexSelect(0, rows), 1);
        (metrics["class"], metrics["class_before"]) = (Told(back), Told(x));
        return metrics;
    }
}
