using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>LooC: one embedding space per augmentation, each invariant to all augmentations but its own.</summary>
/// <remarks>
/// Xiao, Wang, Efros, Darrell, arXiv:2008.05659. E(i, j) = exp(z_i^q · z_i^{k_j}/τ), Neg(i) over queue i:
/// L = −1/(n+1) [log E(0,0)/(E(0,0) + Neg(0)) + Σ_{i≥1} log E(i,i)/(Σ_j E(i,j) + Neg(i))]. In space i ≥ 1 the image's own views that do not share
/// augmentation i are negatives. One space is MoCo. Queues may be empty (K = 0): space 0 then has loss 0.
/// </remarks>
public static class LeaveOneOutContrast
{
    /// <summary>The loss, mean over spaces.</summary>
    /// <param name="query">[S, B, D], the query in each space; normalised here.</param>
    /// <param name="keys">[S, V, B, D], key view j in space i, V = S; normalised and detached here.</param>
    /// <param name="negatives">[S, K, D], unit rows, one queue per space; detached here.</param>
    /// <param name="temperature">τ.</param>
    public static Tensor Loss(Tensor query, Tensor keys, Tensor negatives, double temperature = 0.2) =>
        PerSpace(query, keys, negatives, temperature).Mean();

    /// <summary>The loss of each space, mean over the batch: [S].</summary>
    public static Tensor PerSpace(Tensor query, Tensor keys, Tensor negatives, double temperature = 0.2)
    {
        Require.Temperature(temperature);
        var losses = new Tensor[query.Size(0)];
        for (var space = 0; space < losses.Length; space++)
        {
            var q = Rowwise.Unit(query.Select(0, space));                                            // [B, D]
            var k = space == 0 ? keys.Select(0, 0).Narrow(0, 0, 1) : keys.Select(0, space);         // [V, B, D]
            var own = Rowwise.Dot(q.Unsqueeze(0), Rowwise.Unit(k.Detach())).T();                                 // [B, V]
            var logits = Tensor.Cat([own, Pairwise.Dot(q, negatives.Select(0, space).Detach())], 1) / temperature;
            losses[space] = (logits.Logsumexp([1]) - logits.Select(1, space)).Mean();
        }
        return Tensor.Stack(losses);
    }
}
