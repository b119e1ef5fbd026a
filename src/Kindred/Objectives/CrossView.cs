using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>CMC: each view of a scene must find the other view of the same scene.</summary>
/// <remarks>
/// Tian, Krishnan, Isola, arXiv:1906.05849, Eq. 3–6, 8–9. A view is scored against the bank of the OTHER view. With more than two views the
/// core form contrasts the first with each other one, the full graph every pair.
/// </remarks>
public static class CrossView
{
    /// <summary>One direction against a bank: (K + 1)-way softmax with the scene's own entry in column 0.</summary>
    /// <param name="view">[B, D], unit rows.</param>
    /// <param name="memory">[n, D], the bank of the other view; a constant.</param>
    /// <param name="indices">[B].</param>
    /// <param name="noise">[B, K].</param>
    /// <param name="temperature">τ.</param>
    public static Tensor Softmax(Tensor view, Tensor memory, Tensor indices, Tensor noise, double temperature = 0.07) =>
        InfoNce.PerQuery(InstanceNce.Logits(view, memory, indices, noise, temperature)).Mean();

    /// <summary>One direction against a bank by NCE, with that direction's constant Z.</summary>
    /// <param name="view">[B, D], unit rows.</param>
    /// <param name="memory">[n, D], the bank of the other view; a constant.</param>
    /// <param name="indices">[B].</param>
    /// <param name="noise">[B, K].</param>
    /// <param name="temperature">τ.</param>
    /// <param name="logNormaliser">log Z of this direction; null estimates it from this batch.</param>
    /// <param name="eps">As in <see cref="InstanceNce"/>.</param>
    public static Tensor Nce(Tensor view, Tensor memory, Tensor indices, Tensor noise, double temperature = 0.07,
        Tensor? logNormaliser = null, double eps = 1e-7) =>
        InstanceNce.Loss(InstanceNce.Logits(view, memory, indices, noise, temperature), memory.Size(0), logNormaliser, eps);

    /// <summary>Both directions within the batch, without banks; their sum.</summary>
    /// <param name="view1">[B, D], normalised here.</param>
    /// <param name="view2">[B, D].</param>
    /// <param name="temperature">τ.</param>
    public static Tensor InBatch(Tensor view1, Tensor view2, double temperature = 0.07) =>
        Direction(view1, view2, temperature) + Direction(view2, view1, temperature);

    /// <summary>One direction within the batch: rows of <paramref name="view"/> look for their row of <paramref name="other"/>.</summary>
    public static Tensor Direction(Tensor view, Tensor other, double temperature = 0.07) => InfoNce.InBatch(view, other, temperature);

    /// <summary>Any number of views within the batch.</summary>
    /// <param name="views">Each [B, D].</param>
    /// <param name="temperature">τ.</param>
    /// <param name="fullGraph">Every pair (Eq. 9) instead of the first view with each other (Eq. 8).</param>
    public static Tensor Views(IReadOnlyList<Tensor> views, double temperature = 0.07, bool fullGraph = false)
    {
        if (views.Count < 2)
            throw new ArgumentException($"a contrast across views needs at least two; got {views.Count}", nameof(views));
        var pairs = from i in Enumerable.Range(0, fullGraph ? views.Count : 1)
                    from j in Enumerable.Range(i + 1, views.Count - i - 1)
                    select InBatch(views[i], views[j], temperature);
        return pairs.Aggregate((sum, term) => sum + term);
    }
}
