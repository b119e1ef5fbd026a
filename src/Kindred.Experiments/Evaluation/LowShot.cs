using System.ComponentModel.DataAnnotations;
using Kindred.Sampling;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Low-shot classification: logistic regression on the frozen features of k labelled samples a class, over several draws; and how even it is over the classes.</summary>
/// <remarks>Goyal, Mahajan, Gupta, Misra, ICCV 2019, arXiv:1905.01235, Sec. 6.1 (there with linear SVMs, five draws). The strength of the regularization is
/// fixed: so few labels leave none to choose it on. <c>class_std_K</c> is the deviation of the classes' own accuracies, <c>rare_K</c> the mean accuracy of the third of the classes
/// with the fewest training samples, of features that were learnt on a long tail (Kang, Li, Xie, Yuan, Feng, ICLR 2021, OpenReview OqtLIabPTit, "balancedness").</remarks>
/// <param name="K">Labelled samples a class, one row of metrics for each.</param>
/// <param name="Draws">Independent draws of the samples.</param>
/// <param name="L2">Strength λ of |W|²/2 beside the mean cross-entropy.</param>
[Protocol("low-shot", Title = "logistic regression on k labels a class, mean and deviation over several draws", Paper = "arXiv:1905.01235")]
public sealed record LowShot([Range(1, 1 << 20)] IReadOnlyList<int>? K = null, [Range(1, 10_000)] int Draws = 5, [Range(0.0, 1e6)] double L2 = 1e-2) : Protocol
{
    /// <summary>Labelled samples a class.</summary>
    public IReadOnlyList<int> K { get; } = K ?? [1, 2, 4, 8, 16];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => [.. K.SelectMany(k => new[] { $"accuracy_{k}", $"std_{k}", $"class_std_{k}", $"rare_{k}" })];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var train = subject.OpenLabelled("train");
        using var test = subject.OpenLabelled("test");
        using var scope = Scope.Open();
        var (x, y) = Features.Of(train, subject.Represent, subject.Cancel);
        var (queries, truth) = Features.Labelled(test, subject.Represent, subject.Cancel);
        var metrics = new Dictionary<string, double>();
        if (K.Count == 0 || K.Min() < 1) throw new ConfigurationException("k: labelled samples a class, at least 1 each.");
        var rare = Rare(train);
        foreach (var k in K)
        {
            (double All, double[] Each)[] found = [.. Enumerable.Range(0, Draws).Select(draw => Once(subject, train, x, y, queries, truth, k, (ulong)draw))];
            var mean = found.Average(f => f.All);
            metrics[$"accuracy_{k}"] = mean;
            metrics[$"std_{k}"] = Draws > 1 ? Math.Sqrt(found.Sum(f => Math.Pow(f.All - mean, 2)) / (Draws - 1)) : 0;
            double[] each = [.. Enumerable.Range(0, train.Classes.Count).Select(c => found.Average(f => f.Each[c]))];
            double[] seen = [.. each.Where(double.IsFinite)];
            metrics[$"class_std_{k}"] = Math.Sqrt(seen.Average(a => Math.Pow(a - seen.Average(), 2)));
            metrics[$"rare_{k}"] = rare.Select(c => each[c]).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
        }
        return metrics;
    }

    // A third of the classes, at least one: those with the fewest samples, of equal ones the last.
    static int[] Rare(IData train)
    {
        var counts = new int[train.Classes.Count];
        foreach (var label in train.Labels!) if (label >= 0) counts[label]++;
        return [.. Enumerable.Range(0, counts.Length).OrderBy(c => counts[c]).ThenByDescending(c => c).Take(Math.Max(1, counts.Length / 3))];
    }

    (double All, double[] Each) Once(Subject subject, IData train, Tensor x, Tensor y, Tensor queries, Tensor truth, int k, ulong draw)
    {
        using var scope = Scope.Open();
        var rows = Tensor.From<long>([.. ClassShare.Each(train.Labels!, k, Shuffler.Keyed(draw)).Order().Select(i => (long)i)]).To(x.Device);
        var probe = LinearProbe.Fit(x.IndexSelect(0, rows), y.IndexSelect(0, rows), train.Classes.Count, new([L2], 0, 200, 1e-4, draw), subject.Cancel);
        var (right, of) = (new long[train.Classes.Count], new long[train.Classes.Count]);
        foreach (var (said, label) in probe.Scores(queries).Argmax(1).ToArray<long>().Zip(truth.ToArray<long>()))
        {
            of[label]++;
            if (said == label) right[label]++;
        }
        return (probe.Accuracy(queries, truth), [.. right.Zip(of, (r, n) => 100.0 * r / n)]);           // NaN where the test has none
    }
}
