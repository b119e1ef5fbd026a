using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Five plain 3×3 convolutions with batch norm, for experiments that last seconds: [N, C, H, W] → [N, 8 · width].</summary>
/// <remarks>Channels w, 2w, 2w, 4w, 8w (16-32-32-64-128 at w = 16), every second one with stride 2, then the global mean.</remarks>
public sealed class ConvNet : TensorEncoder
{
    /// <summary>Which network.</summary>
    public sealed record Options
    {
        /// <summary>Channels of the first layer.</summary>
        public int Width { get; init; } = 16;

        /// <summary>The norm between convolutions.</summary>
        public NormKind Norm { get; init; } = NormKind.Bn;

        /// <summary>Chunks of split batch norm.</summary>
        public int SplitBn { get; init; } = 8;

        /// <summary>Channels of the input.</summary>
        public int Channels { get; init; } = 3;
    }

    private readonly Layer[] convs, norms;

    /// <summary>Builds the network, weights drawn from the open <see cref="Initialization"/>.</summary>
    public ConvNet(Options options)
    {
        var norming = new Norming(options.Norm, options.SplitBn, ZeroLast: false, VarianceScaling: false, Groups: 4); // 32 groups of so few channels would be instance norm
        long w = options.Width;
        long[] channels = [options.Channels, w, 2 * w, 2 * w, 4 * w, 8 * w];
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

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        for (int i = 0; i < convs.Length; i++)
            x = norms[i].Forward(convs[i].Forward(x)).Relu_();
        return x.Mean([2, 3]);
    }
}
