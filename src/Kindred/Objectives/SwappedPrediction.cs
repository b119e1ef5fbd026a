using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>SwAV: predict the balanced code of one view from the other views.</summary>
/// <remarks>
/// Caron et al., arXiv:2006.09882, Eq. 1–2 and 6 (multi-crop): L = mean_a mean_{v≠a} −mean_b Σ_k q_a log softmax(s_v/τ). Codes q come from
/// <see cref="Sinkhorn"/> over [queue | view] and carry no gradient. Only the views listed in <c>assign</c> (the full crops) give codes. Prototypes
/// are unit rows before every forward pass. With one view there is nothing to predict: loss 0.
/// </remarks>
public static class SwappedPrediction
{
    /// <summary>The loss from scores.</summary>
    /// <param name="scores">[V, B, K], each view's rows against the prototypes.</param>
    /// <param name="temperature">τ of the predictions.</param>
    /// <param name="epsilon">ε of the codes.</param>
    /// <param name="iterations">Sinkhorn rounds.</param>
    /// <param name="assign">Views that give codes; null is the first two.</param>
    /// <param name="queue">[A, Q, K], scores of older features, one block per view in <paramref name="assign"/>; helps Sinkhorn in small batches.</param>
    public static Tensor Loss(Tensor scores, double temperature = 0.1, double epsilon = 0.05, int iterations = 3,
        IReadOnlyList<int>? assign = null, Tensor? queue = null)
    {
        assign ??= scores.Size(0) > 1 ? [0, 1] : [0];
        return Loss(scores, [.. assign.Select((view, a) => Codes(scores.Select(0, view), queue?.Select(0, a), epsilon, iterations))], assign, temperature);
    }

    /// <summary>The loss from scores and codes.</summary>
    /// <param name="scores">[V, B, K].</param>
    /// <param name="codes">[B, K] for each view in <paramref name="assign"/>.</param>
    /// <param name="assign">Which views the codes belong to.</param>
    /// <param name="temperature">τ.</param>
    public static Tensor Loss(Tensor scores, IReadOnlyList<Tensor> codes, IReadOnlyList<int> assign, double temperature = 0.1)
    {
        Require.Temperature(temperature);
        var views = scores.Size(0);
        var predicted = (Stable.Wide(scores) / temperature).LogSoftmax(-1);                  // [V, B, K]
        var agreement = assign.Select((view, a) =>                                           // Σ_{v ≠ a}, mean over the batch
            (predicted.Sum(0) - predicted.Select(0, view)).Mul(codes[a].Detach()).Sum(-1).Mean());
        return -agreement.Aggregate((sum, term) => sum + term) / (Math.Max(views - 1, 1) * assign.Count);
    }

    /// <summary>The codes of one view: [B, K].</summary>
    /// <param name="scores">[B, K].</param>
    /// <param name="queue">[Q, K] or null; set before the batch, its codes are dropped.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="iterations">Sinkhorn rounds.</param>
    public static Tensor Codes(Tensor scores, Tensor? queue = null, double epsilon = 0.05, int iterations = 3)
    {
        var all = queue is null ? scores.Detach() : Tensor.Cat([queue.Detach(), scores.Detach()]);
        return Sinkhorn.Codes(all, epsilon, iterations).Narrow(0, all.Size(0) - scores.Size(0), scores.Size(0));
    }

    /// <summary>Features to scores: unit rows against the prototypes, [V, B, D] and [K, D] → [V, B, K].</summary>
    public static Tensor Score(Tensor features, Tensor prototypes) => Pairwise.Dot(Rowwise.Unit(features), prototypes);
}
