using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>A stem and three residual blocks that keep a coarse grid: [N, C, H, W] → [N, 8 · width · grid²].</summary>
/// <remarks>
/// 3×3 stride-2 stem of w channels, blocks of 2w, 4w and 8w with stride 2 each, then means over a grid × grid raster,
/// flattened. The grid keeps where things are, which telling near copies apart needs.
/// </remarks>
public sealed class SmallResNet : TensorEncoder
{
    /// <summary>Which network.</summary>
    public sealed record Options
    {
        /// <summary>Channels of the stem.</summary>
        public int Width { get; init; } = 16;

        /// <summary>Cells of the raster along each side.</summary>
        public int Grid { get; init; } = 2;

        /// <summary>The norm between convolutions.</summary>
        public NormKind Norm { get; init; } = NormKind.Bn;

        /// <summary>Chunks of split batch norm.</summary>
        public int SplitBn { get; init; } = 8;

        /// <summary>Channels of the input.</summary>
        public int Channels { get; init; } = 3;
    }

    private readonly Conv2d conv1;
    private readonly Layer bn1;
    private readonly Layer[] blocks;
    private readonly AdaptiveAvgPool pool;

    /// <summary>Builds the network, weights drawn from the open <see cref="Initialization"/>.</summary>
    public SmallResNet(Options options)
    {
        var norming = new Norming(options.Norm, options.SplitBn, ZeroLast: false, VarianceScaling: false, Groups: 4); // 32 groups of so few channels would be instance norm
        long w = options.Width;
        conv1 = norming.Conv(options.Channels, w, 3, stride: 2);
        bn1 = norming.Norm(w);
        blocks =
        [
            new BasicBlock(w, 2 * w, 2, norming, pooledShortcut: false),
            new BasicBlock(2 * w, 4 * w, 2, norming, pooledShortcut: false),
            new BasicBlock(4 * w, 8 * w, 2, norming, pooledShortcut: false),
        ];
        pool = new(options.Grid);
        Dim = 8 * w * options.Grid * options.Grid;
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => pool.Forward(blocks.Through(bn1.Forward(conv1.Forward(x)).Relu_()));
}
