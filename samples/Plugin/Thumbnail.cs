using System.ComponentModel.DataAnnotations;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Samples;

/// <summary>An encoder of one's own: a picture is shrunk to a few pixels, and two layers look at them: [N, C, H, W] → [N, Dim].</summary>
[Encoder("thumbnail", "a few pixels and two layers")]
public sealed class Thumbnail : TensorEncoder
{
    /// <summary>What a recipe may set beside the name.</summary>
    /// <param name="Side">Pixels a side that are left.</param>
    /// <param name="Width">Width of the hidden layer and of the representation.</param>
    public sealed record Options([Range(1, 64)] long Side = 8, [Range(1, 65536)] long Width = 128);

    readonly long side;
    readonly Linear first, second;

    /// <summary>Weights come from the recipe's seed, the number of channels from the data.</summary>
    public Thumbnail(Options options, DataFacts facts)
    {
        (side, Dim) = (options.Side, options.Width);
        first = new(facts.Input("channels", 3) * side * side, options.Width);
        second = new(options.Width, options.Width);
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => second.Forward(first.Forward(x.AdaptiveAvgPool2d([side, side]).Flatten(1)).Relu());

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => second.Export(onnx, first.Export(onnx, x.AdaptiveMean(side).Flatten()).Relu());
}
