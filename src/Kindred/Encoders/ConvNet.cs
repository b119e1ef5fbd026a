using System.ComponentModel.DataAnnotations;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Five plain 3×3 convolutions with batch norm, for experiments that last seconds: [N, C, H, W] → [N, 8 · width].</summary>
/// <remarks>Channels w, 2w, 2w, 4w, 8w (16-32-32-64-128 at w = 16), every second one with stride 2, then the global mean.</remarks>
[Encoder("convnet", "five plain convolutions", Takes = SampleKinds.Pictures)]
public sealed class ConvNet : TensorEncoder, IStaged
{
    /// <summary>Which network.</summary>
    /// <param name="Width">Channels of the first layer.</param>
    /// <param name="Norm">The norm between convolutions.</param>
    /// <param name="SplitBn">Chunks of split batch norm.</param>
    /// <param name="Channels">Channels of the input; what the data has, or 3, if left out.</param>
    public sealed record Options(
        [Range(1, 4096)] int Width = 16, NormKind Norm = NormKind.Bn, [Range(1, 65536)] int SplitBn = 8, [Range(1, 65536)] int? Channels = null);

    readonly Layer[] convs, norms;

    /// <summary>Builds the network, weights drawn from the open <see cref="Initialization"/>.</summary>
    /// <param name="options">Which network.</param>
    /// <param name="facts">What the data says of its inputs: <c>channels</c>, unless the options say them.</param>
    /// <exception cref="ConfigurationException">An option is out of its range.</exception>
    public ConvNet(Options options, DataFacts? facts = null)
    {
        OptionRules.Check(options);
        var inputs = options.Channels ?? (facts ?? DataFacts.None).Input("channels", 3);
        var norming = new Norming(options.Norm, options.SplitBn, ZeroLast: false, VarianceScaling: false, Groups: 4); // 32 groups of so few channels would be instance norm
        long w = options.Width;
        long[] channels = [inputs, w, 2 * w, 2 * w, 4 * w, 8 * w];
        convs = new Layer[5];
        norms = new Layer[5];
        for (int i = 0; i < 5; i++)
        {
            convs[i] = norming.Conv(channels[i], channels[i + 1], 3, stride: i % 2 == 0 ? 1 : 2);
            norms[i] = norming.Norm(channels[i + 1]);
        }
        Dim = 8 * w;
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <summary>Five stages: each convolution with its norm.</summary>
    public IReadOnlyList<Stage> Stages =>
        [.. convs.Zip(norms, (conv, norm) => Stage.OfMaps(((Conv2d)conv).Weight.Value.Size(0), conv, norm, new Map(h => h.Relu_())))];

    /// <inheritdoc/>
    protected override string? Fault(View view) => ChannelFault(view, ((Conv2d)convs[0]).Weight.Value.Size(1));

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        for (int i = 0; i < convs.Length; i++)
            x = norms[i].Forward(convs[i].Forward(x)).Relu_();
        return x.Mean([2, 3]);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string?> FreeAxes(int rank) => [null, null, "H", "W"];

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        for (int i = 0; i < convs.Length; i++)
            x = norms[i].Export(onnx, convs[i].Export(onnx, x)).Relu();
        return x.Mean([2, 3]);
    }
}
