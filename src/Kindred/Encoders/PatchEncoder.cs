using System.ComponentModel.DataAnnotations;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Encodes overlapping patches each by itself, for CPC on pictures: [N, C, H, W] → grid [N, G, G, Dim].</summary>
/// <remarks>
/// van den Oord, Li, Vinyals, arXiv:1807.03748, Sec. 3.3. There is no batch norm: its statistics would tell every patch
/// about all others. Differs: a small stack of convolutions in place of ResNet-v2-101.
/// </remarks>
[Encoder("patches", "overlapping patches, each by itself", Takes = SampleKinds.Pictures)]
public sealed class PatchEncoder : TensorEncoder
{
    /// <summary>Which network.</summary>
    /// <param name="Patch">Side of a patch.</param>
    /// <param name="Stride">Step from patch to patch.</param>
    /// <param name="Width">Channels of the first convolution; the representation is four times as wide.</param>
    /// <param name="Channels">Channels of the input; what the data has, or 3, if left out.</param>
    public sealed record Options(
        [Range(1, 1024)] int Patch = 8, [Range(1, 1024)] int Stride = 4, [Range(1, 4096)] int Width = 32, [Range(1, 65536)] int? Channels = null);

    readonly Conv2d conv1, conv2, conv3;
    readonly long patch, stride;

    /// <summary>Builds the network, weights drawn from the open <see cref="Initialization"/>.</summary>
    /// <param name="options">Which network.</param>
    /// <param name="facts">What the data says of its inputs: <c>channels</c>, unless the options say them.</param>
    /// <exception cref="ConfigurationException">An option is out of its range.</exception>
    public PatchEncoder(Options options, DataFacts? facts = null)
    {
        OptionRules.Check(options);
        var inputs = options.Channels ?? (facts ?? DataFacts.None).Input("channels", 3);
        long w = options.Width;
        conv1 = new(inputs, w, 3, bias: true);
        conv2 = new(w, 2 * w, 3, stride: 2, bias: true);
        conv3 = new(2 * w, 4 * w, 3, stride: 2, bias: true);
        (patch, stride, Dim) = (options.Patch, options.Stride, 4 * w);
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <inheritdoc/>
    protected override string? Fault(View view) => ChannelFault(view, conv1.Weight.Value.Size(1)) ?? (view.X.Size(2) >= patch && view.X.Size(3) >= patch ? null
        : $"cuts patches of {patch} pixels, and these pictures are {view.X.Size(2)}×{view.X.Size(3)}; take a smaller encoder.patch, or larger pictures");

    /// <summary>The representation of every patch: [N, rows, columns, Dim].</summary>
    public Tensor Patches(Tensor x)
    {
        var cut = x.Unfold(2, patch, stride).Unfold(3, patch, stride);                       // [N, C, R, K, p, p]
        long n = x.Size(0), channels = x.Size(1), rows = cut.Size(2), columns = cut.Size(3);
        var h = cut.Permute([0, 2, 3, 1, 4, 5]).Reshape([n * rows * columns, channels, patch, patch]);
        h = conv3.Forward(conv2.Forward(conv1.Forward(h).Relu_()).Relu_());
        return h.Mean([2, 3]).View([n, rows, columns, Dim]);
    }

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        ArgumentNullException.ThrowIfNull(onnx);
        ArgumentNullException.ThrowIfNull(x);
        long channels = x.Size(1), rows = ((x.Size(2) - patch) / stride) + 1, columns = ((x.Size(3) - patch) / stride) + 1;
        // Rows of all patches one after the other, then their columns.
        OnnxValue Places(long count) => onnx.Graph.Whole([.. from i in Enumerable.Range(0, (int)count) from p in Enumerable.Range(0, (int)patch) select (i * stride) + p]);
        var cut = x.Gather(Places(rows), 2).Gather(Places(columns), 3).Reshape(0, 0, rows, patch, columns, patch);
        var h = cut.Transpose(0, 2, 4, 1, 3, 5).Reshape(-1, channels, patch, patch);
        h = conv3.Export(onnx, conv2.Export(onnx, conv1.Export(onnx, h).Relu()).Relu());
        return h.Mean([2, 3]).Reshape(-1, rows * columns, Dim).Mean([1]);
    }

    /// <summary>The mean over all patches: [N, Dim].</summary>
    public override Tensor Forward(Tensor x) => Patches(x).Mean([1, 2]);
}
