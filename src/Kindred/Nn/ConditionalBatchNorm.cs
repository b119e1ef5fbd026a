using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Batch normalisation whose gain and offset are linear in a condition: `[N, C, H, W]` under `[N, D]`.</summary>
/// <remarks>De Vries et al., arXiv:1707.00683; with a gain of 1 + Wc and spectrally normalised weights as in BigGAN, arXiv:1809.11096.</remarks>
public sealed class ConditionalBatchNorm : Module
{
    readonly BatchNorm norm;
    readonly Linear gain, offset;

    /// <summary>A norm for a condition.</summary>
    /// <param name="channels">C.</param>
    /// <param name="condition">D.</param>
    public ConditionalBatchNorm(long channels, long condition)
    {
        norm = new(channels, weight: false, bias: false);
        (gain, offset) = (Linear.Spectral(condition, channels, bias: false), Linear.Spectral(condition, channels, bias: false));
    }

    /// <summary>Normalises, stretches and moves.</summary>
    /// <param name="x">`[N, C, H, W]`.</param>
    /// <param name="condition">`[N, D]`.</param>
    public Tensor Forward(Tensor x, Tensor condition)
    {
        Tensor Map(Linear layer) => layer.Forward(condition).Unsqueeze(2).Unsqueeze(3);
        return (norm.Forward(x) * (1 + Map(gain))) + Map(offset);
    }
}
