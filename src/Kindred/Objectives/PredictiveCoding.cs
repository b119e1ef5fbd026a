using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>CPC: the context of the past must pick the true future among candidates, by one bilinear score per step ahead.</summary>
/// <remarks>
/// van den Oord, Li, Vinyals, arXiv:1807.03748, Eq. 3–4: f_k = exp(zᵀ W_k c), L = −log f(true) / Σ f; no normalisation, no temperature.
/// ln N − L bounds I(z; c) from below. One candidate gives loss 0.
/// </remarks>
public static class PredictiveCoding
{
    /// <summary>The loss over K steps ahead with the batch as candidates, mean over steps.</summary>
    /// <param name="targets">[K, B, Dz], z one to K steps ahead.</param>
    /// <param name="contexts">[B, Dc].</param>
    /// <param name="weights">[K, Dz, Dc], W_k.</param>
    /// <param name="overContexts">Softmax over contexts for a given target, as the popular PyTorch code computes, instead of over targets (paper).</param>
    public static Tensor Loss(Tensor targets, Tensor contexts, Tensor weights, bool overContexts = false) =>
        OfScores(Logits(targets, contexts, weights, overContexts));

    /// <summary>The scores, true candidate on the diagonal: [K, B, B], rows are what is asked, columns the candidates.</summary>
    public static Tensor Logits(Tensor targets, Tensor contexts, Tensor weights, bool overContexts = false)
    {
        var predicted = Pairwise.Dot(contexts, weights);          // [K, B, Dz] = c W_kᵀ
        return overContexts ? Pairwise.Dot(targets, predicted) : Pairwise.Dot(predicted, targets);
    }

    /// <summary>The loss of [K, B, B] scores with the truth on the diagonals.</summary>
    public static Tensor OfScores(Tensor scores) =>
        (Stable.Wide(scores).Logsumexp([-1]) - Stable.Wide(scores).Diagonal(dim1: -2, dim2: -1)).Mean();

    /// <summary>The scores against listed negatives, positive in column 0: [B, 1 + N].</summary>
    /// <param name="context">[B, Dc].</param>
    /// <param name="positive">[B, Dz].</param>
    /// <param name="negatives">[B, N, Dz].</param>
    /// <param name="weight">[Dz, Dc].</param>
    public static Tensor Logits(Tensor context, Tensor positive, Tensor negatives, Tensor weight)
    {
        var candidates = Tensor.Cat([Stable.Wide(positive).Unsqueeze(1), Stable.Wide(negatives)], 1);
        return Pairwise.Dot(Pairwise.Dot(context, weight).Unsqueeze(1), candidates).Squeeze(1);
    }

    /// <summary>The scores with the other places of the same sequence as candidates, the true place in column 0: [K, B, T].</summary>
    /// <param name="z">[B, T, Dz].</param>
    /// <param name="context">[B, Dc], what is known of the places before.</param>
    /// <param name="weights">[K, Dz, Dc], W_k.</param>
    /// <param name="first">The first place that is predicted; the others follow it.</param>
    public static Tensor WithinSequence(Tensor z, Tensor context, Tensor weights, long first)
    {
        var steps = new Tensor[weights.Size(0)];
        for (var k = 0; k < steps.Length; k++)
        {
            var place = first + k;
            var others = Tensor.Cat([z.Narrow(1, 0, place), z.Narrow(1, place + 1, z.Size(1) - place - 1)], 1);
            steps[k] = Logits(context, z.Select(1, place), others, weights.Select(0, k));
        }
        return Tensor.Stack(steps);
    }

    /// <summary>The loss against listed negatives.</summary>
    public static Tensor Loss(Tensor context, Tensor positive, Tensor negatives, Tensor weight) =>
        InfoNce.PerQuery(Logits(context, positive, negatives, weight)).Mean();
}
