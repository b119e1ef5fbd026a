using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Metrics;

/// <summary>How often a classifier is right.</summary>
public static class Accuracy
{
    /// <summary>Percent of rows whose class is among their k largest scores; NaN without labelled rows.</summary>
    /// <param name="scores">`[N, C]`.</param>
    /// <param name="labels">int64 `[N]`; rows with a negative one are left out.</param>
    /// <param name="k">1 … C.</param>
    public static double TopK(Tensor scores, Tensor labels, int k)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = Scope.Open();
        if (Labels.Rows(labels) is { } known)
            (scores, labels) = (scores.IndexSelect(0, known), labels.IndexSelect(0, known));
        return 100 * scores.Topk(k, 1).Indices.Eq(labels.Unsqueeze(1)).Any(1).To(Dtype.Float64).Mean().Item();
    }
}
