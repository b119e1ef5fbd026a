using System.ComponentModel.DataAnnotations;
using Kindred.Io;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>What carries over to people who were never heard: the class of one speaker's recordings from those of all others, speaker by speaker.</summary>
/// <remarks>
/// Two classifiers of the frozen features: the k nearest by cosine, each with one vote (nearer ones decide a tie), and logistic regression whose strength is
/// chosen with one of the remaining speakers held out, as the test will hold one out. Any two kinds of labels do: <c>label=category group=vendor</c> for emoji.
/// </remarks>
/// <param name="Label">The label that is to be told.</param>
/// <param name="Group">The label whose values are left out one after another.</param>
/// <param name="K">Neighbours that vote.</param>
/// <param name="L2">Strengths λ of the logistic regression.</param>
[Protocol("speaker-out", Title = "leave-one-speaker-out: the class of one speaker's recordings from all others', by neighbours and by logistic regression", Paper = "arXiv:1807.03748")]
public sealed record SpeakerOut(string Label = "digit", string Group = "speaker", [Range(1, 1 << 20)] int K = 5, [Range(0.0, 1e9)] IReadOnlyList<double>? L2 = null) : Protocol
{
    /// <summary>Strengths λ to choose from.</summary>
    public IReadOnlyList<double> L2 { get; } = L2 ?? [1, 1e-1, 1e-2, 1e-3];

    static ProbeFit Rough => ProbeFit.Default with { Iterations = 100, Tolerance = 1e-3 };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["knn", "linear", "knn_*", "linear_*"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var scope = Scope.Open();
        using var data = subject.OpenLabelled(null, Label);
        var (groups, names) = Groups(subject, data.Count);
        var (x, y) = Features.Of(data, subject.Represent, subject.Cancel);
        return Measure(x, y, data.Classes.Count, groups, names, subject.Cancel);
    }

    (int[] Of, IReadOnlyList<string> Names) Groups(Subject subject, int count)
    {
        using var data = subject.OpenLabelled(null, Group);
        if (data.Count != count) throw new DataException($"{data.Count} samples by {Group}, but {count} by {Label}: both have to be the same samples.");
        return ([.. data.Labels!], data.Classes);
    }

    /// <summary>The numbers of features `[N, F]`, classes `[N]`, and each sample's group; samples without class or group are left out.</summary>
    public IReadOnlyDictionary<string, double> Measure(Tensor features, Tensor labels, int classes, IReadOnlyList<int> groups, IReadOnlyList<string> names, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(names);
        var truth = labels.ToArray<long>();
        long[] known = [.. Enumerable.Range(0, groups.Count).Where(i => groups[i] >= 0 && truth[i] >= 0).Select(i => (long)i)];
        Dictionary<string, double> neighbours = [], regression = [];
        for (var group = 0; group < names.Count; group++)
        {
            long[] held = [.. known.Where(i => groups[(int)i] == group)], rest = [.. known.Where(i => groups[(int)i] != group)];
            if (held.Length == 0 || rest.Length == 0) continue;
            using var scope = Scope.Open();
            var (x, y, queries, asked) = (Rows(features, rest), Rows(labels, rest), Rows(features, held), Rows(labels, held));
            neighbours[names[group]] = 100 * Vote(x, y, queries, classes).Eq(asked).To(Dtype.Float64).Mean().Item();
            regression[names[group]] = Regress(x, y, [.. rest.Select(i => groups[(int)i])], classes, cancel).Accuracy(queries, asked);
        }
        if (neighbours.Count < 2) throw new DataException($"there are {neighbours.Count} values of {Group} to leave out; at least two are needed.");
        var metrics = new Dictionary<string, double> { ["knn"] = neighbours.Values.Average(), ["linear"] = regression.Values.Average() };
        foreach (var (name, accuracy) in neighbours) metrics[$"knn_{name}"] = accuracy;
        foreach (var (name, accuracy) in regression) metrics[$"linear_{name}"] = accuracy;
        return metrics;
    }

    // Every neighbour counts one; the sum of cosines, scaled to stay below one vote, decides ties.
    Tensor Vote(Tensor x, Tensor y, Tensor queries, int classes)
    {
        var votes = Tensor.Zeros([queries.Size(0), classes], Dtype.Float64, device: x.Device);
        KnnVote.Neighbours(x, queries, K, (at, cosines, rows) =>
            votes.Narrow(0, at, rows.Size(0)).ScatterAdd_(1, y.IndexSelect(0, rows.Flatten()).ViewAs(rows), cosines.To(Dtype.Float64) / (2.0 * K) + 1));
        return KnnVote.Predict(votes);
    }

    // The strength that is best on the first of the speakers that are left, after learning from the others; then all of them.
    LinearProbe Regress(Tensor x, Tensor y, int[] groups, int classes, CancellationToken cancel)
    {
        int[] present = [.. groups.Distinct().Order()];
        if (L2.Count == 1 || present.Length < 2) return LinearProbe.Fit(x, y, classes, Rough with { L2 = L2.Count == 1 ? L2 : [L2.Max()] }, cancel);
        long[] held = [.. Enumerable.Range(0, groups.Length).Where(i => groups[i] == present[0]).Select(i => (long)i)],
            rest = [.. Enumerable.Range(0, groups.Length).Where(i => groups[i] != present[0]).Select(i => (long)i)];
        var best = L2.OrderDescending().MaxBy(l2 => LinearProbe.Fit(Rows(x, rest), Rows(y, rest), classes, Rough with { L2 = [l2] }, cancel).Accuracy(Rows(x, held), Rows(y, held)));
        return LinearProbe.Fit(x, y, classes, Rough with { L2 = [best] }, cancel);
    }

    static Tensor Rows(Tensor of, long[] rows) => of.IndexSelect(0, Tensor.From<long>(rows).To(of.Device));
}
