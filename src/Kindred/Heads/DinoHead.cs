using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Heads;

/// <summary>DINO's head: MLP with GELU to a bottleneck, unit length, then a weight-normed linear layer: [N, In] → [N, K].</summary>
/// <remarks>Caron et al., arXiv:2104.14294, appendix C: linear layers truncated normal 0.02 with zero bias, the last gain fixed at 1.</remarks>
public sealed class DinoHead : Layer
{
    readonly Layer[] mlp;
    readonly WeightNormLinear last;

    /// <summary>[N, inputs] → [N, outputs].</summary>
    /// <param name="inputs">Width of the representation.</param>
    /// <param name="outputs">K.</param>
    /// <param name="hidden">Width of the hidden layers.</param>
    /// <param name="bottleneck">Width before the last layer.</param>
    /// <param name="depth">Linear layers up to the bottleneck.</param>
    /// <param name="norm">Batch norm after hidden layers (for convolutional encoders).</param>
    /// <param name="fixedGain">False lets the last layer's gain learn.</param>
    public DinoHead(long inputs, long outputs, long hidden = 2048, long bottleneck = 256, int depth = 3, bool norm = false, bool fixedGain = true)
    {
        List<Layer> made = [];
        for (int i = 0; i < depth; i++)
        {
            bool end = i == depth - 1;
            made.Add(Dense(i == 0 ? inputs : hidden, end ? bottleneck : hidden));
            if (end)
                break;
            if (norm)
                made.Add(new BatchNorm(hidden));
            made.Add(new Gelu());
        }
        mlp = [.. made];
        last = new(bottleneck, outputs, fixedGain);
        Outputs = outputs;
    }

    /// <summary>K.</summary>
    public long Outputs { get; }

    /// <summary>The last layer, whose gradient DINO cancels in the first epoch (<c>LastLayer.Trainable = false</c>).</summary>
    public Module LastLayer => last;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        foreach (var layer in mlp)
            x = layer.Forward(x);
        return last.Forward(x.Normalize());
    }

    static Linear Dense(long inputs, long outputs)
        => new(Weights.TruncatedNormal([outputs, inputs], 0.02), Weights.Zeros(outputs));
}
