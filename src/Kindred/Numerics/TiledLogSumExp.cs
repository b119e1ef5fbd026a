using Kindred.Torch;

namespace Kindred.Numerics;

/// <summary>log Σⱼ exp(aᵢ·bⱼ/τ) for every row without ever holding the matrix of scores: tiles forward, the same tiles again backward.</summary>
/// <remarks>
/// The value and the gradient are those of the plain form; second derivatives need the plain form (tile 0). Memory is O((N + tile) · D + tile · M) instead of O(N · M). The idea of streaming
/// the log-sum-exp over tiles is that of FlashAttention and Inf-CL (arXiv:2410.17243). A batch against itself is symmetric, so only tiles on and above
/// the diagonal are made: two matrix products in all, forward and backward together.
/// </remarks>
public static class TiledLogSumExp
{
    /// <summary>From this many rows on a batch is tiled unless told otherwise.</summary>
    public const int Threshold = 512;

    /// <summary>Rows and columns of a tile unless told otherwise: what fits a processor's cache, or keeps a GPU busy.</summary>
    public static int DefaultTile(Device device) => device.Type == Device.Cpu.Type ? 512 : 4096;

    /// <summary>Whether that many rows are tiled.</summary>
    public static bool Tiles(long rows, int? tile) => rows > 1 && (tile is { } size ? size > 0 : rows >= Threshold);

    /// <summary>log Σ_{k≠i} exp(zᵢ·z_k/τ), each row against all the others: [N].</summary>
    /// <param name="z">[N, D].</param>
    /// <param name="temperature">τ.</param>
    /// <param name="tile">Rows per tile; 0 the whole matrix; null decides by size.</param>
    public static Tensor Self(Tensor z, double temperature, int? tile = null)
    {
        z = Stable.Wide(z);
        if (!Tiles(z.Size(0), tile))
            return Masks.Without(Pairwise.Dot(z, z) / temperature, Masks.Self(z.Size(0), z)).Logsumexp([1]);
        return new SymmetricLogSumExp(temperature, tile ?? DefaultTile(z.Device)).Apply(z);
    }

    /// <summary>log Σⱼ exp(aᵢ·bⱼ/τ): [N].</summary>
    /// <param name="a">[N, D].</param>
    /// <param name="b">[M, D].</param>
    /// <param name="temperature">τ.</param>
    /// <param name="tile">Rows of a per tile; 0 the whole matrix; null decides by the larger side.</param>
    public static Tensor Cross(Tensor a, Tensor b, double temperature, int? tile = null)
    {
        (a, b) = (Stable.Wide(a), Stable.Wide(b));
        if (!Tiles(Math.Max(a.Size(0), b.Size(0)), tile))
            return (Pairwise.Dot(a, b) / temperature).Logsumexp([1]);
        return new CrossLogSumExp(temperature, tile).Apply(a, b);
    }
}
