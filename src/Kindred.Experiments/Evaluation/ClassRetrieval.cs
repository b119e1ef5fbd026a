using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Retrieval within the test part: every sample looks, by cosine, for others of its class.</summary>
/// <remarks>
/// Recall at k: the share of samples with one of their class among the k nearest others (Song et al., CVPR 2016, arXiv:1511.06452, Sec. 6). mAP: the mean
/// over samples of the mean, over all others of their class, of (place among those) / (place among all). Samples that are alone in their class do not ask.
/// </remarks>
[Protocol("retrieval", Title = "finding others of the same class within the test part: recall at 1, 5, 10 and mAP", Paper = "arXiv:1511.06452")]
public sealed record ClassRetrieval : Protocol
{
    const long Block = 512;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["r1", "r5", "r10", "map"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var test = subject.OpenLabelled("test", alone: true);
        using var scope = Scope.Open();
        var (x, y) = Features.Labelled(test, subject.Represent, subject.Cancel);
        return Measure(x.Normalize(), y, subject.Cancel);
    }

    /// <summary>The four numbers of unit rows `[N, D]` with classes `[N]` (rows with a negative one are left out), in percent.</summary>
    public static IReadOnlyDictionary<string, double> Measure(Tensor rows, Tensor labels, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(labels);
        using var outer = Scope.Open();
        if (Labels.Rows(labels) is { } known) (rows, labels) = (rows.IndexSelect(0, known), labels.IndexSelect(0, known));
        double[] sums = new double[4];
        double asked = 0;
        for (long at = 0; at < rows.Size(0); at += Block)
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = Scope.Open();
            var hits = Hits(rows, labels, at, Math.Min(Block, rows.Size(0) - at));              // [n, N − 1], nearest first
            var partners = hits.Sum(1);
            var asks = partners.Gt(0).To(Dtype.Float64);
            asked += asks.Sum().Item();
            foreach (var (i, k) in new[] { 1, 5, 10 }.Index()) sums[i] += hits.Narrow(1, 0, Math.Min(k, hits.Size(1))).Amax([1]).Sum().Item();
            var places = Tensor.Arange(1, hits.Size(1) + 1, dtype: Dtype.Float64, device: rows.Device);
            sums[3] += (hits * hits.Cumsum(1) / places).Sum(1).Div(partners.ClampMin(1)).Sum().Item();
        }
        return new Dictionary<string, double> { ["r1"] = 100 * sums[0] / asked, ["r5"] = 100 * sums[1] / asked, ["r10"] = 100 * sums[2] / asked, ["map"] = 100 * sums[3] / asked };
    }

    // 1 where the i-th nearest other is of the class that asks, 0 elsewhere.
    static Tensor Hits(Tensor rows, Tensor labels, long at, long count)
    {
        var scores = rows.Narrow(0, at, count).Matmul(rows.T());
        scores.Narrow(1, at, count).FillDiagonal_(double.NegativeInfinity);
        var order = scores.Sort(stable: true, 1, descending: true).Indices.Narrow(1, 0, rows.Size(0) - 1);
        return labels.IndexSelect(0, order.Flatten()).ViewAs(order).Eq(labels.Narrow(0, at, count).Unsqueeze(1)).To(Dtype.Float64);
    }
}
