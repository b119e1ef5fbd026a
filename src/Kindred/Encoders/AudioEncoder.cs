using System.ComponentModel.DataAnnotations;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>An encoder that yields a vector a moment, and their mean as the representation.</summary>
public abstract class SequenceEncoder : TensorEncoder
{
    /// <summary>One vector a frame: [N, T, Dim].</summary>
    public abstract Tensor Frames(Tensor x);

    /// <summary>The mean over the frames: [N, Dim].</summary>
    public override Tensor Forward(Tensor x) => Frames(x).Mean(1);

    private protected static long Length(View view) => view.X.Size((int)view.X.Dim - 1);

    private protected static string? OneChannel(View view) => view.X.Dim == 2 || view.X.Size(1) == 1 ? null
        : $"reads sound of one channel, [N, L], and these views are [{string.Join(", ", view.X.Shape)}]";

    /// <inheritdoc/>
    protected override IReadOnlyList<string?> FreeAxes(int rank) => [.. Enumerable.Repeat<string?>(null, rank - 1), "T"];
}

/// <summary>CPC's encoder of raw sound: samples [N, L] or [N, 1, L] → frames [N, L / 160, Width].</summary>
/// <remarks>
/// van den Oord, Li, Vinyals, arXiv:1807.03748, Sec. 3.1: strides 5, 4, 2, 2, 2 and kernels 10, 8, 4, 4, 4, ReLU. The
/// paddings 3, 2, 1, 1, 1 are those of the public PyTorch implementations, which also add batch norm.
/// </remarks>
[Encoder("wave", "five strided convolutions on raw sound", Takes = SampleKinds.Sound)]
public sealed class WaveEncoder : SequenceEncoder
{
    static readonly long[] Strides = [5, 4, 2, 2, 2], Kernels = [10, 8, 4, 4, 4], Paddings = [3, 2, 1, 1, 1];

    /// <summary>Which network.</summary>
    /// <param name="Width">Channels of every layer.</param>
    /// <param name="BatchNorm">Batch norm after every convolution (not in the paper).</param>
    public sealed record Options(
        [Range(1, 4096)] int Width = 512, bool BatchNorm = false);

    readonly Layer[] convs, norms;

    /// <summary>Builds the network, weights drawn from the open <see cref="Initialization"/>.</summary>
    /// <exception cref="ConfigurationException">An option is out of its range.</exception>
    public WaveEncoder(Options options)
    {
        OptionRules.Check(options);
        Dim = options.Width;
        convs = new Layer[Strides.Length];
        norms = new Layer[Strides.Length];
        for (int i = 0; i < Strides.Length; i++)
        {
            convs[i] = new Conv1d(i == 0 ? 1 : Dim, Dim, Kernels[i], Strides[i], Paddings[i], bias: !options.BatchNorm);
            norms[i] = options.BatchNorm ? new BatchNorm(Dim) : new Unchanged();
        }
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <inheritdoc/>
    protected override string? Fault(View view) => OneChannel(view) ?? (FramesOf(Length(view)) > 0 ? null
        : $"looks at more than the {Length(view)} values that these samples have; give sound, in longer windows");

    static long FramesOf(long length)
    {
        for (var i = 0; i < Kernels.Length; i++)
        {
            var padded = length + (2 * Paddings[i]);
            if (padded < Kernels[i]) return 0;
            length = ((padded - Kernels[i]) / Strides[i]) + 1;
        }
        return length;
    }

    /// <inheritdoc/>
    public override Tensor Frames(Tensor x)
    {
        var h = x.Dim == 2 ? x.Unsqueeze(1) : x;
        for (int i = 0; i < convs.Length; i++)
            h = norms[i].Forward(convs[i].Forward(h)).Relu_();
        return h.Transpose(1, 2);
    }

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        ArgumentNullException.ThrowIfNull(x);
        var h = x.Rank == 2 ? x.Unsqueeze(1) : x;
        for (int i = 0; i < convs.Length; i++)
            h = norms[i].Export(onnx, convs[i].Export(onnx, h)).Relu();
        return h.Mean([2]);
    }
}

/// <summary>Encodes sound by its log-mel spectrogram and two convolutions in time: [N, L] or [N, 1, L] → [N, T, Width]; spectrograms [N, 1, Bands, T] are taken as well.</summary>
/// <remarks>A light stand-in for <see cref="WaveEncoder"/> on a CPU: one frame every hop, no learned filters below the mel bands.</remarks>
[Encoder("log-mel", "two convolutions on a log-mel spectrogram", Takes = SampleKinds.Sound)]
public sealed class LogMelEncoder : SequenceEncoder, IPrepares
{
    /// <summary>Which network.</summary>
    /// <param name="Rate">Samples a second.</param>
    /// <param name="Window">Samples in a window.</param>
    /// <param name="Hop">Samples from frame to frame.</param>
    /// <param name="Bands">Mel bands.</param>
    /// <param name="Width">Width of the representation.</param>
    /// <param name="Normalize">Takes each band's mean over the recording away and divides by the deviation of the rest, so that loudness, microphone and voice count less.</param>
    public sealed record Options(
        [Range(100, 1_000_000)] int Rate = 8000, [Range(2, 65536)] int Window = 256, [Range(1, 65536)] int Hop = 80, [Range(1, 1024)] int Bands = 40,
        [Range(1, 4096)] int Width = 128, bool Normalize = false);

    readonly bool normalize;
    readonly int bands, window;
    readonly LogMel mel;
    readonly Conv1d conv1, conv2;

    /// <summary>Builds the network, weights drawn from the open <see cref="Initialization"/>.</summary>
    /// <exception cref="ConfigurationException">An option is out of its range.</exception>
    public LogMelEncoder(Options options)
    {
        OptionRules.Check(options);
        Dim = options.Width;
        (normalize, bands, window) = (options.Normalize, options.Bands, options.Window);
        mel = new(options.Rate, options.Window, options.Hop, options.Bands);
        conv1 = new(options.Bands, Dim, 3, padding: 1);
        conv2 = new(Dim, Dim, 3, padding: 1);
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    private protected override SampleKinds KindOf(View view) => view.X.Dim == 4 && view.X.Size(1) == 1 && view.X.Size(2) == bands ? SampleKinds.Sound : view.Kind;

    /// <inheritdoc/>
    protected override string? Fault(View view) => view.X.Dim == 4 ? null : OneChannel(view) ?? (Length(view) >= window ? null
        : $"looks at windows of {window} values, and these samples have {Length(view)}; give sound, in longer windows, or take a smaller encoder.window");

    /// <inheritdoc/>
    public override Tensor Frames(Tensor x)
        => conv2.Forward(conv1.Forward(x.Dim == 4 ? x.Squeeze(1) : Bands(x)).Relu_()).Relu_().Transpose(1, 2);

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        ArgumentNullException.ThrowIfNull(x);
        var bands = x.Rank == 4 ? x.Squeeze(1) : mel.Export(onnx, x);                     // [N, Bands, T]
        if (x.Rank < 4 && normalize)
        {
            var centred = bands - bands.Mean([2], keep: true);
            bands = centred / (centred * centred).Mean([1, 2], keep: true).Add(1e-6).Sqrt();
        }
        return conv2.Export(onnx, conv1.Export(onnx, bands).Relu()).Relu().Mean([2]);
    }

    /// <inheritdoc/>
    public Tensor Prepare(Tensor x) => x.Dim == 4 ? x : Bands(x).Unsqueeze(1);

    Tensor Bands(Tensor x)
    {
        var bands = mel.Forward(x);                                                       // [N, Bands, T]
        if (!normalize) return bands;
        var centred = bands - bands.Mean(2, keepdim: true);
        return centred / ((centred * centred).Mean([1, 2], keepdim: true) + 1e-6).Sqrt();
    }
}
