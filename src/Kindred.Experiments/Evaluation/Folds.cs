using System.ComponentModel.DataAnnotations;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Cross-validation: logistic regression on frozen features, each fold tested by what the others taught. For data without a test part, such as small sets of graphs.</summary>
/// <remarks>Sun et al., InfoGraph, arXiv:1908.01000, Sec. 4, and GraphCL, arXiv:2010.13902 (there with an SVM). Folds hold equally many samples of every class;
/// features are standardised by the samples that teach.</remarks>
/// <param name="Count">Folds.</param>
/// <param name="L2">Strengths λ of |W|²/2 beside the mean cross-entropy to choose from, on a held-out part of what teaches; one is not chosen.</param>
/// <param name="Seed">Draws the folds.</param>
[Protocol("folds", Title = "logistic regression on frozen features, cross-validated over all samples", Paper = "arXiv:1908.01000")]
public sealed record Folds([Range(2, 1000)] int Count = 10, [Range(0.0, 1e6)] IReadOnlyList<double>? L2 = null, [Range(0, int.MaxValue)] int Seed = 0) : Protocol
{
    /// <summary>The strengths to choose from.</summary>
    public IReadOnlyList<double> L2 { get; } = L2 ?? ProbeFit.Grid;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["accuracy", "std"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var data = subject.OpenLabelled(null);
        using var scope = Scope.Open();
        var (x, y) = Features.Labelled(data, subject.Represent, subject.Cancel);
        var right = Accuracies(subject.Uri, x, y, data.Classes.Count, subject.Cancel);
        var mean = right.Average();
        return new Dictionary<string, double> { ["accuracy"] = mean, ["std"] = Math.Sqrt(right.Sum(a => (a - mean) * (a - mean)) / (Count - 1)) };
    }

    /// <summary>The accuracy of each fold, in percent.</summary>
    /// <exception cref="DataException">There are too few samples.</exception>
    internal double[] Accuracies(string source, Tensor x, Tensor y, int classes, CancellationToken cancel)
    {
        if (y.Numel < 2 * Count) throw new DataException($"{source} has {y.Numel} labelled samples; {Count} folds need at least {2 * Count}. Take fewer by count.");
        var fold = Drawn(y.ToArray<long>());
        var right = new double[Count];
        for (var f = 0; f < Count; f++)
        {
            using var inner = Scope.Open();
            var (test, train) = (Where(i => i == f), Where(i => i != f));
            var probe = LinearProbe.Fit(x.IndexSelect(0, train), y.IndexSelect(0, train), classes, ProbeFit.Default with { L2 = L2, Seed = (ulong)Seed }, cancel);
            right[f] = probe.Accuracy(x.IndexSelect(0, test), y.IndexSelect(0, test));
        }
        return right;

        Tensor Where(Func<int, bool> wanted) => Tensor.From<long>([.. Enumerable.Range(0, fold.Length).Where(i => wanted(fold[i])).Select(i => (long)i)]).To(x.Device);
    }

    // Dealt out class after class, so that every fold has its share of each.
    int[] Drawn(long[] labels)
    {
        var order = new int[labels.Length];
        new RandomKey((ulong)Seed, 0, 0, 0).Draws().Permutation(order);
        var fold = new int[labels.Length];
        foreach (var (place, row) in order.OrderBy(i => labels[i]).Index()) fold[row] = place % Count;
        return fold;
    }
}
