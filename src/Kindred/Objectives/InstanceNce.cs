using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>Instance discrimination by NCE: tell the bank entry of the same image from entries of random ones.</summary>
/// <remarks>
/// Wu, Xiong, Yu, Lin, arXiv:1805.01978, Eq. 4–8, 10. P = exp(v·f/τ)/Z, h = P / (P + K/n):
/// L = −(1/B) Σ_b [log h(data) + Σ_k log(1 − h(noise_k))] + λ mean |f − v|². The official code adds ε to both denominators and drops the
/// proximal term. Everything in the log domain: h = σ(v·f/τ − log Z − log(K/n + ε)). K = 0 leaves nothing to tell apart: with ε = 0 the loss is 0.
/// The bank is a constant.
/// </remarks>
public static class InstanceNce
{
    /// <summary>v·f/τ of the data (column 0) and the noise: [B, 1 + K].</summary>
    /// <param name="features">[B, D], unit rows.</param>
    /// <param name="memory">[n, D], the bank; detached here.</param>
    /// <param name="indices">[B], which bank row each feature is.</param>
    /// <param name="noise">[B, K], random bank rows (they may hit the data by chance).</param>
    /// <param name="temperature">τ.</param>
    public static Tensor Logits(Tensor features, Tensor memory, Tensor indices, Tensor noise, double temperature = 0.07)
    {
        Require.Temperature(temperature);
        var rows = Tensor.Cat([indices.Unsqueeze(1), noise], 1);                                  // [B, 1 + K]
        var entries = memory.Detach().IndexSelect(0, rows.Flatten()).View([rows.Size(0), rows.Size(1), -1]);
        return Pairwise.Dot(Stable.Wide(features).Unsqueeze(1), entries).Squeeze(1) / temperature;
    }

    /// <summary>log of the estimate Z = n · mean exp(v·f/τ), which the first batch fixes for the whole training.</summary>
    /// <param name="logits">From <see cref="Logits"/>.</param>
    /// <param name="count">n, rows of the bank.</param>
    public static Tensor LogNormaliser(Tensor logits, long count)
    {
        var flat = logits.Detach().Flatten();
        return flat.Logsumexp([0]) + Math.Log((double)count / flat.Numel);
    }

    /// <summary>The loss.</summary>
    /// <param name="logits">[B, 1 + K] from <see cref="Logits"/>.</param>
    /// <param name="count">n, rows of the bank.</param>
    /// <param name="logNormaliser">Scalar log Z; null estimates it from these logits.</param>
    /// <param name="eps">Added to the denominators, 1e-7 in the official code; 0 is the paper.</param>
    public static Tensor Loss(Tensor logits, long count, Tensor? logNormaliser = null, double eps = 1e-7)
    {
        var noise = logits.Size(1) - 1;
        var share = (double)noise / count;                                                        // K/n
        if (share + eps == 0)
            return logits.Sum() * 0;
        var margin = logits - (logNormaliser ?? LogNormaliser(logits, count)) - Math.Log(share + eps);
        var data = Stable.Softplus(-margin.Select(1, 0));
        var others = Stable.Softplus(margin.Narrow(1, 1, noise)).Sum(1);
        var correction = noise == 0 ? 0 : noise * Math.Log((share + eps) / share);
        return (data + others).Mean() + correction;
    }

    /// <summary>The paper's proximal term mean |f − v|², which damps the once-an-epoch visits.</summary>
    public static Tensor Proximal(Tensor features, Tensor memory, Tensor indices) =>
        (Stable.Wide(features) - memory.Detach().IndexSelect(0, indices)).Square().Sum(1).Mean();
}
