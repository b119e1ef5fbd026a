using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Linear layers on all values of a sample, for points and small pictures: [N, …] → [N, Width].</summary>
[Encoder("mlp", "linear layers on all values of a sample", Takes = SampleKinds.Rows)]
public sealed class Mlp : TensorEncoder
{
    /// <summary>Which network.</summary>
    /// <param name="Width">Of every layer, and of the representation.</param>
    /// <param name="Depth">Linear layers, each with a ReLU behind it.</param>
    /// <param name="Side">Pictures are brought to so many pixels a side first; 0 leaves them as they are.</param>
    /// <param name="Inputs">Values of a sample; what the data say if left out.</param>
    public sealed record Options([Width] long Width = 64, [Depth] int Depth = 2, [Range(0, 4096)] long Side = 0, [Range(1, 1 << 24)] long? Inputs = null);

    readonly MlpHead layers;
    readonly long side, values;

    /// <summary>Builds the layers for the values that a sample has.</summary>
    /// <exception cref="ConfigurationException">Nothing says how many there are, or an option is out of its range.</exception>
    public Mlp(Options options, DataFacts? facts = null)
    {
        OptionRules.Check(options);
        (side, Dim) = (options.Side, options.Width);
        values = options.Inputs ?? Values(facts ?? DataFacts.None, side);
        layers = new(values, Dim, Dim, options.Depth, norm: false);
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <inheritdoc/>
    protected override string? Fault(View view) => (view.X.Dim == 4 && side > 0 ? view.X.Size(1) * side * side : view.X.Numel / Math.Max(1, view.X.Size(0))) is var given && given == values ? null
        : $"was made for samples of {values} values, and these have {given} (views of [{string.Join(", ", view.X.Shape)}])";

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => layers.Forward((side > 0 && x.Dim == 4 ? x.AdaptiveAvgPool2d([side, side]) : x).Flatten(1)).Relu();

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return layers.Export(onnx, (side > 0 && x.Rank == 4 ? x.AdaptiveMean(side) : x).Flatten()).Relu();
    }

    internal static long Values(DataFacts facts, long side)
    {
        if (facts.Input("features", 0) is > 0 and var features) return features;
        var area = side > 0 ? side * side : facts.Input("height", 0) * facts.Input("width", 0);
        return area > 0 ? facts.Input("channels", 3) * area
            : throw new ConfigurationException("encoder.inputs: an MLP has to know how many values a sample has, and these data do not say; set it, or 'side' for pictures.");
    }
}
