using System.ComponentModel.DataAnnotations;
using Kindred.Sampling;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Low-shot classification: logistic regression on the frozen features of k labelled samples a class, over several draws.</summary>
/// <remarks>Goyal, Mahajan, Gupta, Misra, ICCV 2019, arXiv:1905.01235, Sec. 6.1 (there with linear SVMs, five draws). The strength of the regularization is
/// fixed: so few labels leave none to choose it on.</remarks>
/// <param name="K">Labelled samples a class, one row of metrics for each.</param>
/// <param name="Draws">Independent draws of the samples.</param>
/// <param name="L2">Strength λ of |W|²/2 beside the mean cross-entropy.</param>
[Protocol("low-shot", Title = "logistic regression on k labels a class, mean and deviation over several draws", Paper = "arXiv:1905.01235")]
public sealed record LowShot([Range(1, 1 << 20)] IReadOnlyList<int>? K = null, [Range(1, 10_000)] int Draws = 5, [Range(0.0, 1e6)] double L2 = 1e-2) : Protocol
{
    /// <summary>Labelled samples a class.</summary>
    public IReadOnlyList<int> K { get; } = K ?? [1, 2, 4, 8, 16];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => [.. K.SelectMany(k => new[] { $"accuracy_{k}", $"std_{k}" })];

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
        foreach (var k in K)
        {
            double[] found = [.. Enumerable.Range(0, Draws).Select(draw => Once(subject, train, x, y, queries, truth, k, (ulong)draw))];
            metrics[$"accuracy_{k}"] = found.Average();
            metrics[$"std_{k}"] = Draws > 1 ? Math.Sqrt(found.Sum(a => Math.Pow(a - found.Average(), 2)) / (Draws - 1)) : 0;
        }
        return metrics;
    }

    double Once(Subject subject, IData train, Tensor x, Tensor y, Tensor queries, Tensor truth, int k, ulong draw)
    {
        using var scope = Scope.Open();
        var rows = Tensor.From<long>([.. ClassShare.Each(train.Labels!, k, Shuffler.Keyed(draw)).Order().Select(i => (long)i)]).To(x.Device);
        var probe = LinearProbe.Fit(x.IndexSelect(0, rows), y.IndexSelect(0, rows), train.Classes.Count, new([L2], 0, 200, 1e-4, draw), subject.Cancel);
        return probe.Accuracy(queries, truth);
    }
}
