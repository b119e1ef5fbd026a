using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Heads;

/// <summary>A stack of linear layers with norm and ReLU between them: projectors and predictors.</summary>
/// <remarks>Depth 1 is a single linear layer. A linear layer followed by batch norm has no bias.</remarks>
public sealed class MlpHead : Layer
{
    /// <summary>What comes after the last linear layer.</summary>
    public enum Last
    {
        /// <summary>Nothing; the layer has a bias.</summary>
        Plain,

        /// <summary>Batch norm with gain and offset.</summary>
        Norm,

        /// <summary>Batch norm with a gain only (SimCLR v1/v2's repository: "center=False").</summary>
        NormWithoutBias,

        /// <summary>Batch norm without gain and offset (SimSiam, MoCo v3).</summary>
        NormWithoutAffine,
    }

    readonly Layer[] layers;
    readonly int[] ends; // ends[i]: layers that make up the first i + 1 linear layers with their norm and ReLU

    /// <summary>[N, inputs] → [N, outputs].</summary>
    /// <param name="inputs">Width of the input.</param>
    /// <param name="hidden">Width of the hidden layers.</param>
    /// <param name="outputs">Width of the output.</param>
    /// <param name="depth">Linear layers, at least one.</param>
    /// <param name="norm">Batch norm after hidden layers (MoCo v2's head has none).</param>
    /// <param name="last">What follows the last linear layer.</param>
    /// <param name="lastBias">A bias on a last layer that is <see cref="Last.Plain"/>.</param>
    /// <param name="deviation">Draws weights from N(0, deviation²) and biases zero (SimCLR: 0.01) instead of U(±1 / √in).</param>
    /// <param name="group">Group norm in place of batch norm, and standardised weights (BYOL without batch statistics).</param>
    /// <exception cref="ConfigurationException">The depth is below one.</exception>
    public MlpHead(long inputs, long hidden, long outputs, int depth = 2, bool norm = true, Last last = Last.Plain,
        bool lastBias = true, double? deviation = null, bool group = false)
    {
        if (depth < 1)
            throw new ConfigurationException($"a head of depth {depth} has no layer: the depth is at least 1");
        List<Layer> made = [];
        ends = new int[depth];
        for (int i = 0; i < depth - 1; i++)
        {
            made.Add(Dense(i == 0 ? inputs : hidden, hidden, bias: !norm, deviation, group));
            if (norm)
                made.Add(group ? new GroupNorm(hidden) : new BatchNorm(hidden));
            made.Add(new Relu());
            ends[i] = made.Count;
        }
        made.Add(Dense(depth == 1 ? inputs : hidden, outputs, bias: lastBias && last == Last.Plain, deviation, group));
        if (last != Last.Plain)
            made.Add(new BatchNorm(outputs, weight: last != Last.NormWithoutAffine, bias: last == Last.Norm));
        ends[^1] = made.Count;
        layers = [.. made];
        (Hidden, Outputs) = (hidden, outputs);
    }

    /// <summary>Linear layers.</summary>
    public int Depth => ends.Length;

    /// <summary>Width of the hidden layers.</summary>
    public long Hidden { get; }

    /// <summary>Width of the output.</summary>
    public long Outputs { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Forward(x, Depth);

    /// <summary>Runs only the first <paramref name="count"/> linear layers with their norm and ReLU: where SimCLR v2 fine-tunes from.</summary>
    /// <param name="x">[N, inputs].</param>
    /// <param name="count">0 (the input itself) to <see cref="Depth"/>.</param>
    public Tensor Forward(Tensor x, int count)
    {
        for (int i = 0; i < (count == 0 ? 0 : ends[count - 1]); i++)
            x = layers[i].Forward(x);
        return x;
    }

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => layers.Aggregate(x, (h, layer) => layer.Export(onnx, h));

    static Linear Dense(long inputs, long outputs, bool bias, double? deviation, bool standardised)
        => deviation is not { } spread
            ? new(inputs, outputs, bias, standardised)
            : new(Weights.Normal([outputs, inputs], spread), bias ? Weights.Zeros(outputs) : null, standardised);
}
