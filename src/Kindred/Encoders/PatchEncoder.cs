using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Encodes overlapping patches each by itself, for CPC on pictures: [N, C, H, W] → grid [N, G, G, Dim].</summary>
/// <remarks>
/// van den Oord, Li, Vinyals, arXiv:1807.03748, Sec. 3.3. There is no batch norm: its statistics would tell every patch
/// about all others. Differs: a small stack of convolutions in place of ResNet-v2-101.
/// </remarks>
public sealed class PatchEncoder : TensorEncoder
{
    /// <summary>Which network.</summary>
    public sealed record Options
    {
        /// <summary>Side of a patch.</summary>
        public int Patch { get; init; } = 8;

        /// <summary>Step from patch to patch.</summary>
        public int Stride { get; init; } = 4;

        /// <summary>Channels of the first convolution; the representation is four times as wide.</summary>
        public int Width { get; init; } = 32;

        /// <summary>Channels of the input.</summary>
        public int Channels { get; init; } = 3;
    }

    private readonly Conv2d conv1, conv2, conv3;
    private readonly long patch, stride;

    /// <summary>Builds the network, weights drawn from the open <see cref="Initialization"/>.</summary>
    public PatchEncoder(Options options)
    {
        long w = options.Width;
        conv1 = new(options.Channels, w, 3, bias: true);
        conv2 = new(w, 2 * w, 3, stride: 2, bias: true);
        conv3 = new(2 * w, 4 * w, 3, stride: 2, bias: true);
        (patch, stride, Dim) = (options.Patch, options.Stride, 4 * w);
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <summary>The representation of every patch: [N, rows, columns, Dim].</summary>
    public Tensor Patches(Tensor x)
    {
        var cut = x.Unfold(2, patch, stride).Unfold(3, patch, stride);                       // [N, C, R, K, p, p]
        long n = x.Size(0), channels = x.Size(1), rows = cut.Size(2), columns = cut.Size(3);
        var h = cut.Permute([0, 2, 3, 1, 4, 5]).Reshape([n * rows * columns, channels, patch, patch]);
        h = conv3.Forward(conv2.Forward(conv1.Forward(h).Relu_()).Relu_());
        return h.Mean([2, 3]).View([n, rows, columns, Dim]);
    }

    /// <summary>The mean over all patches: [N, Dim].</summary>
    public override Tensor Forward(Tensor x) => Patches(x).Mean([1, 2]);
}
