using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>MoCo v3: queries of one view against momentum keys of the other, the batch itself as dictionary.</summary>
/// <remarks>
/// Chen, Xie, He, arXiv:2104.02057, Algorithm 1: ctr(q, k) = 2τ · CE(u(q) u(k)ᵀ/τ, diagonal); L = ctr(q₁, k₂) + ctr(q₂, k₁). The factor 2τ
/// belongs to the recipe's learning rate. Keys are targets: detached here, and gathered without gradient. (MoCo v1 and v2 are
/// <see cref="InfoNce"/> with a queue.) One pair alone gives loss 0.
/// </remarks>
public static class MomentumContrast
{
    /// <summary>Both directions.</summary>
    /// <param name="query1">[N, D], predictions of view 1.</param>
    /// <param name="query2">[N, D].</param>
    /// <param name="key1">[N, D] momentum projections of view 1 (of all devices, [N·W, D], when gathered).</param>
    /// <param name="key2">[N, D].</param>
    /// <param name="temperature">τ: 1.0 for ResNet-50, 0.2 for ViT.</param>
    /// <param name="rank">Which block of gathered keys belongs to these queries.</param>
    public static Tensor Loss(Tensor query1, Tensor query2, Tensor key1, Tensor key2, double temperature = 1, int rank = 0) =>
        Direction(query1, key2, temperature, rank) + Direction(query2, key1, temperature, rank);

    /// <summary>ctr(q, k).</summary>
    public static Tensor Direction(Tensor query, Tensor key, double temperature = 1, int rank = 0) =>
        InfoNce.InBatch(query, key.Detach(), temperature, offset: rank * query.Size(0)) * (2 * temperature);
}
