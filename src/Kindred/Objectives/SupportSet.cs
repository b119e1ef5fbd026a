using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>Which videos a caption may be written from.</summary>
public enum Support
{
    /// <summary>Every other video of the batch, never its own.</summary>
    Cross,

    /// <summary>The whole batch.</summary>
    Full,

    /// <summary>Its own video only: plain captioning.</summary>
    Identity,
}

/// <summary>Support-set bottleneck: a caption must be written from a weighted mix of other videos, so similar clips stop being pushed apart.</summary>
/// <remarks>
/// Patrick et al., "Support-set Bottlenecks for Video-text Representation Learning", arXiv:2010.02824, Sec. 3.2: wᵢⱼ = softmax over j in Sᵢ of cos(tᵢ, vⱼ)/τ,
/// mixᵢ = Σ wᵢⱼ uⱼ, and the caption's tokens are decoded from the mix (<see cref="CrossEntropy"/>). The hybrid is the mean of the identity and cross losses.
/// </remarks>
public static class SupportSet
{
    /// <summary>The captioning loss of a support, −ln p(tokens | mix), mean over the tokens that count.</summary>
    /// <param name="text">`[N, D]`; normalised here.</param>
    /// <param name="video">`[N, D]`; normalised here.</param>
    /// <param name="memory">What the decoder is handed of each video, u, `[N, M]` or `[N, …]`.</param>
    /// <param name="decode">Mix `[N, …]` → logits of its caption's tokens, `[N, L, V]`.</param>
    /// <param name="tokens">int64 `[N, L]`, −100 for padding.</param>
    /// <param name="support">Which videos a caption may use.</param>
    /// <param name="temperature">τ &gt; 0.</param>
    public static Tensor Loss(Tensor text, Tensor video, Tensor memory, Func<Tensor, Tensor> decode, Tensor tokens,
        Support support = Support.Cross, double temperature = 0.1)
        => CrossEntropy.Loss(decode(Mix(Weights(text, video, support, temperature), memory)), tokens);

    /// <summary>w, `[N, N]`, rows sum to 1.</summary>
    /// <param name="text">`[N, D]`.</param>
    /// <param name="video">`[N, D]`.</param>
    /// <param name="support">Which videos a caption may use.</param>
    /// <param name="temperature">τ &gt; 0.</param>
    /// <exception cref="ArgumentException">Cross support of a single video: there is no other.</exception>
    public static Tensor Weights(Tensor text, Tensor video, Support support = Support.Cross, double temperature = 0.1)
    {
        var n = text.Size(0);
        if (support == Support.Identity)
            return Tensor.Eye(n, text.Dtype, text.Device);
        if (support == Support.Cross && n < 2)
            throw new ArgumentException("a caption cannot be written from other videos in a batch of one: use batches of at least two, and drop a shorter last one.");
        Require.Temperature(temperature);
        var scores = Pairwise.Dot(Rowwise.Unit(text), Rowwise.Unit(video)) / temperature;
        if (support == Support.Cross)
            scores = Masks.Without(scores, Masks.Self(n, scores));
        return scores.Softmax(1);
    }

    /// <summary>Σⱼ wᵢⱼ uⱼ, in the shape of the memory.</summary>
    /// <param name="weights">`[N, N]`.</param>
    /// <param name="memory">`[N, …]`.</param>
    public static Tensor Mix(Tensor weights, Tensor memory) => Stable.Matmul(weights, memory.Reshape([memory.Size(0), -1])).Reshape(memory.Shape);
}
