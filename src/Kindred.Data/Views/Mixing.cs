using Kindred.Randomness;
using Kindred.Sampling;

namespace Kindred.Data.Views;

/// <summary>What i-Mix draws for a batch: who is mixed with whom, and how much of each picture stays its own.</summary>
/// <remarks>
/// Lee et al., "i-Mix: A Domain-Agnostic Strategy for Contrastive Representation Learning", ICLR 2021, arXiv:2010.08887, Sec. 3; MixUp: Zhang et al.,
/// arXiv:1710.09412; CutMix: Yun et al., arXiv:1905.04899. Only the query's view is mixed, and the same λ mixes its virtual label.
/// </remarks>
/// <param name="Partner">For each picture the one it is mixed with, a permutation, <c>[N]</c>.</param>
/// <param name="Lambda">Share of its own that each picture keeps, <c>[N]</c>.</param>
/// <param name="Box">The part that comes from the partner; empty for MixUp.</param>
public sealed record Mixing(int[] Partner, float[] Lambda, PixelBox Box)
{
    /// <summary>MixUp: a λ for each picture, from Beta(α, α), the larger of λ and 1 − λ.</summary>
    /// <param name="key">Names the batch.</param>
    /// <param name="count">N.</param>
    /// <param name="alpha">α, 1 in the paper.</param>
    public static Mixing MixUp(in RandomKey key, int count, double alpha = 1)
    {
        var draws = key.Draws();
        var partner = new int[count];
        draws.Permutation(partner);
        var lambda = new float[count];
        for (var i = 0; i < count; i++)
        {
            var x = draws.Beta(alpha, alpha);
            lambda[i] = (float)Math.Max(x, 1 - x);
        }
        return new(partner, lambda, default);
    }

    /// <summary>CutMix: one box for the whole batch, of area 1 − λ with λ the larger half of a Beta(α, α), cut at the edges; λ is what is left outside.</summary>
    /// <param name="key">Names the batch.</param>
    /// <param name="count">N.</param>
    /// <param name="width">Columns of a view.</param>
    /// <param name="height">Rows of a view.</param>
    /// <param name="alpha">α, 1 in the paper.</param>
    public static Mixing CutMix(in RandomKey key, int count, int width, int height, double alpha = 1)
    {
        var draws = key.Draws();
        var partner = new int[count];
        draws.Permutation(partner);
        var cut = CutBox.Draw(ref draws, width, height, alpha);
        var box = new PixelBox(cut.X, cut.Y, cut.Width, cut.Height);
        var lambda = new float[count];
        Array.Fill(lambda, cut.Kept(width, height));
        return new(partner, lambda, box);
    }

    /// <summary>Mixes a batch of views: λ·x + (1 − λ)·x[partner], or the partner's pixels in the box.</summary>
    /// <param name="views"><c>[N, H, W, C]</c>; it is read only.</param>
    /// <param name="shape">Of one view.</param>
    /// <param name="mixed">Receives the batch, as long as <paramref name="views"/>.</param>
    /// <exception cref="DataException">The lengths do not fit.</exception>
    public void Apply(ReadOnlySpan<float> views, ViewShape shape, Span<float> mixed)
    {
        var length = shape.Length;
        if (views.Length != (long)length * Partner.Length || mixed.Length < views.Length)
            throw new DataException($"mixing {Partner.Length} views of {shape} takes {(long)length * Partner.Length} numbers; came {views.Length}, with room for {mixed.Length}.");
        for (var i = 0; i < Partner.Length; i++)
        {
            var own = views.Slice(i * length, length);
            var other = views.Slice(Partner[i] * length, length);
            var to = mixed.Slice(i * length, length);
            if (Box == default && Lambda[i] < 1)
                Blend(own, other, to, Lambda[i]);
            else
                Paste(own, other, to, shape);
        }
    }

    static void Blend(ReadOnlySpan<float> own, ReadOnlySpan<float> other, Span<float> to, float lambda)
    {
        for (var k = 0; k < own.Length; k++)
            to[k] = (lambda * own[k]) + ((1 - lambda) * other[k]);
    }

    void Paste(ReadOnlySpan<float> own, ReadOnlySpan<float> other, Span<float> to, ViewShape shape)
    {
        own.CopyTo(to);
        for (var y = Box.Y; y < Box.Y + Box.Height; y++)
        {
            var row = (((y * shape.Width) + Box.X) * shape.Channels)..(((y * shape.Width) + Box.X + Box.Width) * shape.Channels);
            other[row].CopyTo(to[row]);
        }
    }
}
