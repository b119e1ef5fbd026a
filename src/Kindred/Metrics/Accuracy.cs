using Kindred.Torch;

namespace Kindred.Metrics;

/// <summary>How often a classifier is right.</summary>
public static class Accuracy
{
    /// <summary>Percent of rows whose class is among their k largest scores; NaN without rows.</summary>
    /// <param name="scores">`[N, C]`.</param>
    /// <param name="labels">int64 `[N]`; a negative label is right for no class, so leave unlabelled rows out before.</param>
    /// <param name="k">1 … C.</param>
    public static double TopK(Tensor scores, Tensor labels, int k)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = Scope.Open();
        return 100 * scores.Topk(k, 1).Indices.Eq(labels.Unsqueeze(1)).Any(1).To(Dtype.Float64).Mean().Item();
    }
}
