using System.ComponentModel.DataAnnotations;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Goes on from the vector that a frozen encoder of sentences has made of each caption: `[N, E]` → `[N, Width]`, or the vector itself.</summary>
/// <remarks>The text tower of Patrick et al., arXiv:2010.02824, stands on a pretrained encoder of sentences, too. The data make the vectors once: <c>video-text:…?sentences=minilm</c>.</remarks>
[Encoder("sentence", "the vector of a caption by a frozen encoder of sentences", Takes = SampleKinds.Captions | SampleKinds.Points, Paper = "arXiv:2010.02824")]
public sealed class SentenceEncoder : Encoder
{
    /// <summary>Which network.</summary>
    /// <param name="Width">Width of a linear layer with a GELU; 0 takes the vector as it is.</param>
    /// <param name="Dropout">Chance that a number of the vector is dropped in training.</param>
    /// <param name="Features">Numbers of a vector; what the data have, or 384, if left out.</param>
    public sealed record Options([Width(0)] int Width = 0, [Range(0.0, 1.0, MaximumIsExclusive = true)] double Dropout = 0.1, [Range(1, 1 << 20)] int? Features = null);

    readonly long features;
    readonly Dropout dropout;
    readonly Linear? inner;

    /// <summary>Builds the network, weights drawn from the open <see cref="Initialization"/>.</summary>
    /// <param name="options">Which network.</param>
    /// <param name="facts">What the data say: <c>sentence</c>, numbers of a vector.</param>
    /// <exception cref="ConfigurationException">An option is out of its range.</exception>
    public SentenceEncoder(Options options, DataFacts? facts = null)
    {
        OptionRules.Check(options);
        features = options.Features ?? (facts ?? DataFacts.None).Input("sentence", 384);
        dropout = new(options.Dropout);
        inner = options.Width == 0 ? null : new(features, options.Width);
        Dim = options.Width == 0 ? features : options.Width;
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">The view has no vectors of sentences, or of another width.</exception>
    protected override Tensor Encode(View view)
    {
        var h = dropout.Forward(VectorsOf(view));
        return inner is null ? h : inner.Forward(h).Gelu();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<OnnxFeed> Feeds(View view) => [new("sentence", VectorsOf(view), ["N", null])];

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, IReadOnlyList<OnnxValue> inputs)
    {
        ArgumentNullException.ThrowIfNull(onnx);
        ArgumentNullException.ThrowIfNull(inputs);
        return inner is null ? inputs[0] : inner.Export(onnx, inputs[0]).Gelu();
    }

    Tensor VectorsOf(View view)
    {
        var x = view is CaptionView caption ? caption.Sentence : view?.X ?? throw new ArgumentNullException(nameof(view));
        return x.Dim == 2 && x.Size(1) == features && x.Dtype.IsFloatingPoint ? x
            : throw new ConfigurationException($"sentence goes on from vectors of {features} numbers, [N, {features}], and these data are [{string.Join(", ", x.Shape)}] of {x.Dtype}; "
                + "have them made by ?sentences=minilm behind a video-text URI, or take the encoder words.");
    }
}
