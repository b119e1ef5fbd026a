using Kindred.Numerics;
using Kindred.Similarities;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>Multi-class N-pair: each anchor picks its positive among the positives of all the classes in the batch.</summary>
/// <remarks>
/// Sohn, "Improved Deep Metric Learning with Multi-class N-pair Loss Objective", NeurIPS 2016, Eq. 6:
/// L = mean_i log(1 + Σ_{j≠i} exp(aᵢ·pⱼ − aᵢ·pᵢ)) + ¼ λ (mean |a|² + mean |p|²). Raw inner products, one direction.
/// One pair alone gives loss 0 (and the penalty); equal embeddings give ln N.
/// </remarks>
public static class NPair
{
    /// <summary>The loss over N classes.</summary>
    /// <param name="anchor">[N, D], one row per class.</param>
    /// <param name="positive">[N, D], another example of the same classes.</param>
    /// <param name="penalty">λ, keeps the unnormalised rows from growing.</param>
    /// <param name="similarity">Gives the scores; null for the paper's inner product. Distances count with their sign turned.</param>
    public static Tensor Loss(Tensor anchor, Tensor positive, double penalty = 0.002, Similarity? similarity = null)
    {
        var loss = PerAnchor(anchor, positive, similarity).Mean();
        return penalty == 0 ? loss : loss + (Length(anchor) + Length(positive)) * (0.25 * penalty);
    }

    /// <summary>The loss of each anchor, without the penalty: [N].</summary>
    public static Tensor PerAnchor(Tensor anchor, Tensor positive, Similarity? similarity = null) =>
        CrossEntropy.Diagonal(similarity is null ? Pairwise.Dot(anchor, positive) : similarity.Logits(similarity.Matrix(anchor, positive)));

    static Tensor Length(Tensor x) => Stable.Wide(x).Square().Sum(-1).Mean();
}
