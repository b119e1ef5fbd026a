using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>SimCSE: a sentence finds its twin (two dropout masks, or an entailed sentence) among the batch, with contradictions as hard negatives.</summary>
/// <remarks>
/// Gao, Yao, Chen, arXiv:2104.08821, eqs. 1 and 5: cross-entropy of cos/t at the own column, one direction, no stop-gradient.
/// Equal sentences in a batch are false negatives; a batch of one without hard negatives has loss 0.
/// </remarks>
public static class SimCse
{
    /// <summary>The contrastive loss.</summary>
    /// <param name="z1">`[N, D]`; normalised here.</param>
    /// <param name="z2">Twins, `[N, D]`.</param>
    /// <param name="hard">Contradictions, `[N, D]`; null in the unsupervised form.</param>
    /// <param name="temperature">t &gt; 0.</param>
    /// <param name="hardLogit">Added to a sentence's own contradiction only: the logarithm of its weight.</param>
    public static Tensor Loss(Tensor z1, Tensor z2, Tensor? hard = null, double temperature = 0.05, double hardLogit = 0)
    {
        var logits = Logits(z1, z2, hard, temperature, hardLogit);
        return CrossEntropy.Diagonal(logits).Mean();
    }

    /// <summary>The scores: twins, then contradictions, `[N, N]` or `[N, 2N]`; arguments as for <see cref="Loss"/>.</summary>
    public static Tensor Logits(Tensor z1, Tensor z2, Tensor? hard = null, double temperature = 0.05, double hardLogit = 0)
    {
        Require.Temperature(temperature);
        var z = Rowwise.Unit(z1);
        var twins = Pairwise.Dot(z, Rowwise.Unit(z2)) / temperature;
        if (hard is null)
            return twins;
        var contradictions = Pairwise.Dot(z, Rowwise.Unit(hard)) / temperature;
        var own = Tensor.Eye(z.Size(0), z.Dtype, z.Device) * hardLogit;
        return Tensor.Cat([twins, contradictions + own], 1);
    }
}
