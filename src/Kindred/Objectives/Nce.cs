using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>Noise-contrastive estimation: learn an unnormalised density by telling data from noise of known density.</summary>
/// <remarks>
/// Gutmann, Hyvärinen, AISTATS 2010, Eq. 8; JMLR 2012. With G(u) = log p̃(u) − log Z − log pₙ(u) and h = σ(G − ln k):
/// L = −(1/N) [Σ_data ln h + Σ_noise ln(1 − h)], the noise summed over all k samples of each datum. Through softplus, so no score is too large.
/// k = 0 gives 0: without noise there is nothing to tell apart.
/// </remarks>
public static class Nce
{
    /// <summary>The loss.</summary>
    /// <param name="dataScore">[N], log p̃ of the data.</param>
    /// <param name="dataLogNoise">[N], log pₙ of the data.</param>
    /// <param name="noiseScore">[N, k], log p̃ of the noise samples.</param>
    /// <param name="noiseLogNoise">[N, k], log pₙ of the noise samples.</param>
    /// <param name="logZ">Scalar, the learned log-partition; null for a model that normalises itself.</param>
    public static Tensor Loss(Tensor dataScore, Tensor dataLogNoise, Tensor noiseScore, Tensor noiseLogNoise, Tensor? logZ = null)
    {
        var k = noiseScore.Size(-1);
        if (k == 0)
            return dataScore.Sum() * 0;
        var data = Stable.Softplus(-Margin(dataScore, dataLogNoise, k, logZ));
        var noise = Stable.Softplus(Margin(noiseScore, noiseLogNoise, k, logZ));
        return data.Mean() + noise.Sum() / dataScore.Numel;
    }

    /// <summary>h, the probability that each sample is data.</summary>
    /// <param name="score">log p̃, any shape.</param>
    /// <param name="logNoise">log pₙ, the same shape.</param>
    /// <param name="noisePerDatum">k.</param>
    /// <param name="logZ">The log-partition, or null.</param>
    public static Tensor Posterior(Tensor score, Tensor logNoise, long noisePerDatum, Tensor? logZ = null) =>
        Margin(score, logNoise, noisePerDatum, logZ).Sigmoid();

    static Tensor Margin(Tensor score, Tensor logNoise, long k, Tensor? logZ)
    {
        var margin = Stable.Wide(score) - Stable.Wide(logNoise) - Math.Log(k);
        return logZ is null ? margin : margin - logZ;
    }
}
