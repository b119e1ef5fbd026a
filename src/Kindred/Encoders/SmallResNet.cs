using System.ComponentModel.DataAnnotations;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>A stem and three residual blocks that keep a coarse grid: [N, C, H, W] → [N, 8 · width · grid²].</summary>
/// <remarks>
/// 3×3 stride-2 stem of w channels, blocks of 2w, 4w and 8w with stride 2 each, then means over a grid × grid raster,
/// flattened. The grid keeps where things are, which telling near copies apart needs.
/// </remarks>
[Encoder("small-resnet", "stem, three residual blocks, coarse grid", Takes = SampleKinds.Pictures)]
public sealed class SmallResNet : TensorEncoder, IStaged
{
    /// <summary>Which network.</summary>
    /// <param name="Width">Channels of the stem.</param>
    /// <param name="Grid">Cells of the raster along each side.</param>
    /// <param name="Norm">The norm between convolutions.</param>
    /// <param name="SplitBn">Chunks of split batch norm.</param>
    /// <param name="Channels">Channels of the input; what the data has, or 3, if left out.</param>
    public sealed record Options(
        [Range(1, 4096)] int Width = 16, [Range(1, 64)] int Grid = 2, NormKind Norm = NormKind.Bn, [Range(1, 65536)] int SplitBn = 8,
        [Range(1, 65536)] int? Channels = null);

    readonly Conv2d conv1;
    readonly Layer bn1;
    readonly Layer[] blocks;
    readonly AdaptiveAvgPool pool;

    /// <summary>Builds the network, weights drawn from the open <see cref="Initialization"/>.</summary>
    /// <param name="options">Which network.</param>
    /// <param name="facts">What the data says of its inputs: <c>channels</c>, unless the options say them.</param>
    /// <exception cref="ConfigurationException">An option is out of its range.</exception>
    public SmallResNet(Options options, DataFacts? facts = null)
    {
        OptionRules.Check(options);
        var inputs = options.Channels ?? (facts ?? DataFacts.None).Input("channels", 3);
        var norming = new Norming(options.Norm, options.SplitBn, ZeroLast: false, VarianceScaling: false, Groups: 4); // 32 groups of so few channels would be instance norm
        long w = options.Width;
        conv1 = norming.Conv(inputs, w, 3, stride: 2);
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

    /// <summary>Four stages: the stem and each block.</summary>
    public IReadOnlyList<Stage> Stages
    {
        get
        {
            var w = conv1.Weight.Value.Size(0);
            return
            [
                Stage.OfMaps(w, conv1, bn1, new Map(h => h.Relu_())), Stage.OfMaps(2 * w, blocks[0]), Stage.OfMaps(4 * w, blocks[1]),
                Stage.OfMaps(8 * w, blocks[2]) with { Pool = pool, Width = Dim },
            ];
        }
    }

    /// <inheritdoc/>
    protected override string? Fault(View view) => ChannelFault(view, conv1.Weight.Value.Size(1));

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => pool.Forward(blocks.Through(bn1.Forward(conv1.Forward(x)).Relu_()));

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => pool.Export(onnx, blocks.Through(onnx, bn1.Export(onnx, conv1.Export(onnx, x)).Relu()));
}
