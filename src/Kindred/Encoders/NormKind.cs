using Kindred.Nn;

namespace Kindred.Encoders;

/// <summary>How activations are normalised.</summary>
public enum NormKind
{
    /// <summary>Batch norm.</summary>
    Bn,

    /// <summary>Group norm with weight-standardised convolutions (Richemond et al., "BYOL works even without batch statistics", arXiv:2010.10241).</summary>
    GnWs,

    /// <summary>Nothing; convolutions get biases.</summary>
    None,

    /// <summary>Batch norm in chunks, which stands in for MoCo's shuffled BN.</summary>
    Split,

    /// <summary>Batch norm with statistics and weights of its own for each kind of data that a method tells apart, such as adversarial pictures; evaluation uses the default one.</summary>
    PerDomain,
}

/// <summary>Makes convolutions and norms that belong together.</summary>
/// <param name="Kind">Which norm.</param>
/// <param name="Splits">Chunks of <see cref="NormKind.Split"/>.</param>
/// <param name="ZeroLast">Starts the last norm of each residual block at zero.</param>
/// <param name="VarianceScaling">Draws convolutions by variance scaling (SimCLR) instead of Kaiming fan-out.</param>
/// <param name="Groups">Most groups of a group norm.</param>
sealed record Norming(NormKind Kind, long Splits, bool ZeroLast, bool VarianceScaling, long Groups = 32)
{
    public Conv2d Conv(long inputs, long outputs, long kernel, long stride = 1)
    {
        var conv = new Conv2d(inputs, outputs, kernel, stride, bias: Kind == NormKind.None, standardised: Kind == NormKind.GnWs);
        if (VarianceScaling)
            conv.Weight.Set(Weights.VarianceScaling(conv.Weight.Value.Shape));
        return conv;
    }

    public Layer Norm(long channels, bool last = false) => Kind switch
    {
        NormKind.Bn => new BatchNorm(channels, zero: last && ZeroLast),
        NormKind.GnWs => new GroupNorm(channels, Groups, zero: last && ZeroLast),
        NormKind.PerDomain => new DomainBatchNorm(channels, zero: last && ZeroLast),
        NormKind.Split => new SplitBatchNorm(channels, Splits, zero: last && ZeroLast),
        _ => new Unchanged(),
    };
}
