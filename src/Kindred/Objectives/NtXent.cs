using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>NT-Xent: two views of one image attract, every other row of the batch repels.</summary>
/// <remarks>
/// Chen, Kornblith, Norouzi, Hinton, SimCLR, arXiv:2002.05709, Eq. 1, mean over all 2N rows:
/// ℓᵢ = −log exp(s(zᵢ, z_p)/τ) / Σ_{k≠i} exp(s(zᵢ, z_k)/τ). The official code adds the two per-view means, twice this value.
/// From 512 rows on the N×N matrix is never held: tiles with an exact log-sum-exp, memory O(N·D), same loss and gradient.
/// A single pair has no negatives and loss 0; duplicates are negatives like any other; a zero row has similarity 0 to all.
/// </remarks>
public static class NtXent
{
    /// <summary>The loss of a batch of views.</summary>
    /// <param name="z">[2N, D], view-major: rows i and i + N are two views of one image.</param>
    /// <param name="temperature">τ; 0.1 on ImageNet, 0.5 on CIFAR-10.</param>
    /// <param name="normalize">Rows to unit length first; false scores raw inner products.</param>
    /// <param name="tile">Rows per tile; 0 computes the whole matrix at once; null decides by size.</param>
    /// <exception cref="ArgumentException">The rows do not come in pairs.</exception>
    public static Tensor Loss(Tensor z, double temperature = 0.1, bool normalize = true, int? tile = null) =>
        PerAnchor(z, temperature, normalize, tile).Mean();

    /// <summary>The loss of each row: [2N].</summary>
    public static Tensor PerAnchor(Tensor z, double temperature = 0.1, bool normalize = true, int? tile = null)
    {
        Require.Temperature(temperature);
        var half = Half(z);
        z = Rowwise.Unit(z, normalize);
        var match = Rowwise.Dot(z.Narrow(0, 0, half), z.Narrow(0, half, half)) / temperature;
        return TiledLogSumExp.Self(z, temperature, tile) - Tensor.Cat([match, match]);
    }

    /// <summary>The loss with a memory of keys as further negatives: −log exp(s₊/τ) / (Σ over the batch + Σ over the memory).</summary>
    /// <remarks>Chen et al., SimCLR v2, arXiv:2006.10029, Sec. 2.</remarks>
    /// <param name="z">[2N, D], view-major.</param>
    /// <param name="memory">[K, D] unit rows, without gradient.</param>
    /// <param name="temperature">τ.</param>
    public static Tensor WithMemory(Tensor z, Tensor memory, double temperature = 0.1)
    {
        Require.Temperature(temperature);
        var u = Rowwise.Unit(z);
        var match = Rowwise.Dot(u, u.Roll([Half(z)], [0])) / temperature;                    // s₊/τ, [2N]
        var batch = PerAnchor(u, temperature, normalize: false) + match;                      // log Σ over the batch
        var stored = (Pairwise.Dot(u, memory) / temperature).Logsumexp([1]);                // log Σ over the memory
        return (batch.Logaddexp(stored) - match).Mean();
    }

    /// <summary>One device's share when the batch is spread over several: its own rows as anchors against the rows of all.</summary>
    /// <remarks>
    /// The mean of the shares equals <see cref="Loss"/> of the whole batch, and so does its gradient as long as <paramref name="ranks"/>
    /// carry theirs back to where they came from; with the others detached the value stays and the terms "my row as somebody's
    /// negative" are lost.
    /// </remarks>
    /// <param name="ranks">Per device [2n, D], view-major; all of one shape.</param>
    /// <param name="rank">Which of them is this device.</param>
    /// <param name="temperature">τ.</param>
    /// <param name="normalize">Rows to unit length first.</param>
    public static Tensor Gathered(IReadOnlyList<Tensor> ranks, int rank, double temperature = 0.1, bool normalize = true)
    {
        Require.Temperature(temperature);
        var own = Rowwise.Unit(ranks[rank], normalize);                               // [2n, D]
        var all = Tensor.Cat([.. ranks.Select((z, r) => r == rank ? own : Rowwise.Unit(z, normalize))]);
        var half = Half(own);
        var rows = Tensor.Arange(2 * half, dtype: Dtype.Int64, device: own.Device);
        var first = ranks.Take(rank).Sum(z => z.Size(0));
        var logits = (Pairwise.Dot(own, all) / temperature)
            .Scatter(1, (rows + first).Unsqueeze(1), Masks.Excluded);
        return CrossEntropy.PerRow(logits, (rows + half).Remainder(2 * half) + first).Mean();
    }

    static long Half(Tensor z) => z.Dim == 2 && z.Size(0) > 0 && z.Size(0) % 2 == 0
        ? z.Size(0) / 2
        : throw new ArgumentException($"NT-Xent takes [2N, D] with rows i and i + N as two views of one image; got [{string.Join(", ", z.Shape)}]", nameof(z));
}
