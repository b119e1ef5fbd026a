using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Memories;

/// <summary>One slowly moving unit vector per training image.</summary>
/// <remarks>
/// Wu et al., arXiv:1805.01978: v ← u(m v + (1 − m) f) for the images of the batch, after the loss. Starts uniform in ±√(3/D), expected length 1.
/// An index that occurs twice in a batch keeps its last feature. Also holds NCE's normaliser, fixed by the first batch, so that it is in checkpoints.
/// </remarks>
public sealed class MemoryBank : Module
{
    readonly Buffer entries, logNormaliser;

    /// <summary>A bank of random entries.</summary>
    /// <param name="count">n, images of the training set.</param>
    /// <param name="dim">D.</param>
    /// <param name="generator">Source of the random entries.</param>
    public MemoryBank(long count, long dim, Generator? generator = null)
        : this(Tensor.Rand([count, dim], generator: generator, dtype: Dtype.Float32) * (2 * Math.Sqrt(3.0 / dim)) - Math.Sqrt(3.0 / dim))
    {
    }

    /// <summary>A bank that goes on from given entries.</summary>
    /// <param name="entries">[n, D]; copied.</param>
    public MemoryBank(Tensor entries)
    {
        this.entries = new(entries.Detach().Clone());
        logNormaliser = new(Tensor.Full([], double.NaN, dtype: entries.Dtype));
    }

    /// <summary>[n, D], in place; never with gradient.</summary>
    public Tensor Entries => entries.Value;

    /// <summary>n.</summary>
    public long Count => entries.Value.Size(0);

    /// <summary>log Z, or null before <see cref="Fix"/> was called.</summary>
    public Tensor? LogNormaliser => double.IsNaN(logNormaliser.Value.Item()) ? null : logNormaliser.Value;

    /// <summary>Fixes log Z once; later calls change nothing.</summary>
    /// <returns>The fixed value.</returns>
    public Tensor Fix(Tensor logNormaliser)
    {
        if (LogNormaliser is null)
            this.logNormaliser.Set(logNormaliser.Detach());
        return this.logNormaliser.Value;
    }

    /// <summary>Moves the entries of this batch towards its features.</summary>
    /// <param name="indices">[B].</param>
    /// <param name="features">[B, D].</param>
    /// <param name="momentum">m, the share of the old entry.</param>
    public void Update(Tensor indices, Tensor features, double momentum = 0.5)
    {
        using var _ = NoGradient.Begin();
        using var scope = Scope.Open();
        var old = entries.Value.IndexSelect(0, indices);
        var moved = (old * momentum + features.Detach().To(old.Dtype) * (1 - momentum)).Normalize();
        entries.Value.IndexCopy_(0, indices, moved);
    }

    /// <summary>Random entries to tell the data from, uniform with replacement: [B, K] indices (they may hit the data).</summary>
    public Tensor Noise(long batch, long count, Generator? generator = null) =>
        Tensor.Randint(0, Count, [batch, count], generator: generator, dtype: Dtype.Int64).To(entries.Value.Device);
}
