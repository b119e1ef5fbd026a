using System.ComponentModel.DataAnnotations;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Features of frames, one after the other, to one vector: each frame through a linear layer, transformer blocks over time, their mean. <c>[N, T, D]</c> → <c>[N, Width]</c>.</summary>
/// <remarks>The small form of the video tower of Patrick et al., arXiv:2010.02824: frozen features of frames, a transformer over time.</remarks>
[Encoder("frames", "a transformer over features of frames", Takes = SampleKinds.Films, Paper = "arXiv:2010.02824")]
public sealed class FrameEncoder : TensorEncoder
{
    /// <summary>Which network.</summary>
    /// <param name="Width">Width of a frame within the network.</param>
    /// <param name="Depth">Transformer blocks; 0 takes the mean of the frames.</param>
    /// <param name="Heads">Attention heads, a divisor of the width.</param>
    /// <param name="Dropout">Chance that a number of a frame is dropped in training.</param>
    /// <param name="Features">Numbers of a frame; what the data have, or 128, if left out.</param>
    public sealed record Options(
        [Range(1, 4096)] int Width = 128, [Depth(0)] int Depth = 1, [Range(1, 1024)] int Heads = 4, [Range(0.0, 1.0, MaximumIsExclusive = true)] double Dropout = 0.1,
        [Range(1, 1 << 20)] int? Features = null);

    readonly LayerNorm scale;
    readonly Linear inner;
    readonly Dropout dropout;
    readonly Parameter places;
    readonly TransformerBlock[] blocks;
    readonly LayerNorm norm;
    readonly long features;

    /// <summary>Builds the network, weights drawn from the open <see cref="Initialization"/>.</summary>
    /// <param name="options">Which network.</param>
    /// <param name="facts">What the data say: <c>features</c> of a frame, <c>length</c> in frames.</param>
    /// <exception cref="ConfigurationException">An option is out of its range, or the width does not divide into the heads.</exception>
    public FrameEncoder(Options options, DataFacts? facts = null)
    {
        OptionRules.Check(options);
        facts ??= DataFacts.None;
        WordEncoder.CheckHeads(options.Width, options.Heads);
        (Dim, features) = (options.Width, options.Features ?? facts.Input("features", 128));
        scale = new(features);
        inner = new(features, Dim);
        dropout = new(options.Dropout);
        places = new(Weights.TruncatedNormal([1, facts.Input("length", 8), Dim], 0.02));
        blocks = [.. Enumerable.Range(0, options.Depth).Select(_ => new TransformerBlock(Dim, options.Heads, 2 * Dim, 0, Weights.Xavier))];
        norm = new(Dim);
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">The input is no <c>[N, T, D]</c> of as many features and at most as many frames as it was built for.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Dim != 3 || x.Size(2) != features || x.Size(1) > places.Value.Size(1))
            throw new ConfigurationException($"frames reads at most {places.Value.Size(1)} frames of {features} numbers, [N, T, {features}]; these data are [{string.Join(", ", x.Shape)}].");
        var h = inner.Forward(dropout.Forward(scale.Forward(x))) + places.Value.Narrow(1, 0, x.Size(1));
        foreach (var block in blocks) h = block.Forward(h);
        return norm.Forward(h).Mean([1]);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string?> FreeAxes(int rank) => [null, "T"];

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        ArgumentNullException.ThrowIfNull(onnx);
        var h = inner.Export(onnx, scale.Export(onnx, x)) + onnx.Weight(places).UpTo(1, x, 1);
        foreach (var block in blocks) h = block.Export(onnx, h);
        return norm.Export(onnx, h).Mean([1]);
    }
}
