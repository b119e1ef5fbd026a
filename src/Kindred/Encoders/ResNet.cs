using System.ComponentModel.DataAnnotations;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>How a ResNet begins.</summary>
public enum ResNetStem
{
    /// <summary>3×3 at full resolution, no pooling: small pictures.</summary>
    Cifar,

    /// <summary>7×7 stride 2, then 3×3 max-pool stride 2.</summary>
    ImageNet,

    /// <summary>Three 3×3 convolutions (the first with stride 2), then the max-pool: ResNet-D, as SimCLR v2 uses with SK.</summary>
    D,
}

/// <summary>Residual network: [N, C, H, W] → [N, 512 · width] (depth 10 to 34) or [N, 2048 · width] (50 and deeper).</summary>
/// <remarks>
/// He, Zhang, Ren, Sun, arXiv:1512.03385, with the stride on the 3×3 convolution of a bottleneck as in torchvision.
/// Selective kernels: Li et al., arXiv:1903.06586, in the form of SimCLR v2 (arXiv:2006.10029). ResNet-D: He et al., arXiv:1812.01187.
/// </remarks>
[Encoder("resnet10", "residual network of 10 layers", Takes = SampleKinds.Pictures, Preset = "{ depth: 10 }")]
[Encoder("resnet18", "residual network of 18 layers", Takes = SampleKinds.Pictures, Preset = "{ depth: 18 }")]
[Encoder("resnet34", "residual network of 34 layers", Takes = SampleKinds.Pictures, Preset = "{ depth: 34 }")]
[Encoder("resnet50", "residual network of 50 layers", Takes = SampleKinds.Pictures, Preset = "{ depth: 50 }")]
[Encoder("resnet101", "residual network of 101 layers", Takes = SampleKinds.Pictures, Preset = "{ depth: 101 }")]
[Encoder("resnet152", "residual network of 152 layers", Takes = SampleKinds.Pictures, Preset = "{ depth: 152 }")]
public sealed class ResNet : TensorEncoder, IStaged
{
    /// <summary>Which network.</summary>
    /// <param name="Depth">10, 18, 34, 50, 101 or 152.</param>
    /// <param name="Stem">How it begins.</param>
    /// <param name="Width">Factor on every channel number.</param>
    /// <param name="SkRatio">Squeeze of selective kernels (SimCLR v2: 0.0625); 0 has none. Turns on the ResNet-D shortcuts.</param>
    /// <param name="PooledShortcuts">ResNet-D shortcuts: average pooling before a 1×1 convolution without stride.</param>
    /// <param name="Norm">The norm between convolutions.</param>
    /// <param name="SplitBn">Chunks of split batch norm.</param>
    /// <param name="ZeroLast">Starts residual blocks as the identity (SimCLR, SimSiam, MoCo v3; not MoCo v1/v2, not BYOL).</param>
    /// <param name="VarianceScaling">Draws convolutions as SimCLR does.</param>
    /// <param name="Channels">Channels of the input; what the data has, or 3, if left out.</param>
    public sealed record Options(
        [AllowedValues(10, 18, 34, 50, 101, 152)] int Depth = 18, ResNetStem Stem = ResNetStem.Cifar, [Range(0.03125, 64.0)] double Width = 1,
        [Range(0.0, 1.0)] double SkRatio = 0, bool PooledShortcuts = false, NormKind Norm = NormKind.Bn, [Range(1, 65536)] int SplitBn = 8,
        bool ZeroLast = false, bool VarianceScaling = false, [Range(1, 65536)] int? Channels = null);

    readonly Layer conv1;
    readonly Layer bn1;
    readonly Layer[] layer1, layer2, layer3, layer4;
    readonly bool pooled;
    readonly long inputs;

    /// <summary>Builds the network, weights drawn from the open <see cref="Initialization"/>.</summary>
    /// <param name="options">Which network.</param>
    /// <param name="facts">What the data says of its inputs: <c>channels</c>, unless the options say them.</param>
    /// <exception cref="ConfigurationException">An unknown depth, an option out of its range, or selective kernels without bottlenecks.</exception>
    public ResNet(Options options, DataFacts? facts = null)
    {
        OptionRules.Check(options);
        inputs = options.Channels ?? (facts ?? DataFacts.None).Input("channels", 3);
        var (blocks, bottleneck) = Plan(options);
        var norming = new Norming(options.Norm, options.SplitBn, options.ZeroLast, options.VarianceScaling);
        long width = (long)Math.Round(64 * options.Width);

        conv1 = ResNetParts.Stem(options.Stem, inputs, width, norming);
        bn1 = norming.Norm(width);
        pooled = options.Stem != ResNetStem.Cifar;
        long channels = width;
        layer1 = Stage(width, blocks[0], 1);
        layer2 = Stage(2 * width, blocks[1], 2);
        layer3 = Stage(4 * width, blocks[2], 2);
        layer4 = Stage(8 * width, blocks[3], 2);
        Dim = channels;

        Layer[] Stage(long inner, int count, long stride)
        {
            var stage = new Layer[count];
            for (int i = 0; i < count; i++)
            {
                stage[i] = bottleneck
                    ? new Bottleneck(channels, inner, i == 0 ? stride : 1, norming, options.SkRatio, options.PooledShortcuts)
                    : new BasicBlock(channels, inner, i == 0 ? stride : 1, norming, options.PooledShortcuts);
                channels = bottleneck ? 4 * inner : inner;
            }
            return stage;
        }
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <summary>The four residual stages, from input to output; <see cref="Begin"/> comes before them.</summary>
    public IReadOnlyList<Layer>[] Stages => [layer1, layer2, layer3, layer4];

    /// <summary>Four stages, conv2 to conv5; the stem belongs to the first.</summary>
    IReadOnlyList<Stage> IStaged.Stages =>
        [.. Stages.Select((blocks, i) => Kindred.Stage.OfMaps(Dim >> (3 - i), i == 0 ? [new Map(Begin), .. blocks] : [.. blocks]))];

    /// <summary>The stem: [N, C, H, W] → [N, 64 · width, H', W'].</summary>
    public Tensor Begin(Tensor x)
    {
        var h = bn1.Forward(conv1.Forward(x)).Relu_();
        return pooled ? h.MaxPool2d([3, 3], [2, 2], [1, 1]) : h;
    }

    /// <summary>Runs one stage, 0 to 3.</summary>
    public Tensor Stage(int index, Tensor x)
    {
        foreach (var block in Stages[index])
            x = block.Forward(x);
        return x;
    }

    /// <summary>The last feature map before pooling: [N, Dim, h, w].</summary>
    public Tensor FeatureMap(Tensor x)
    {
        x = Begin(x);
        for (int i = 0; i < 4; i++)
            x = Stage(i, x);
        return x;
    }

    /// <inheritdoc/>
    protected override string? Fault(View view) => ChannelFault(view, inputs);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => FeatureMap(x).Mean([2, 3]);

    /// <inheritdoc/>
    protected override IReadOnlyList<string?> FreeAxes(int rank) => [null, null, "H", "W"];

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        x = bn1.Export(onnx, conv1.Export(onnx, x)).Relu();
        if (pooled) x = x.MaxPool(3, 2, 1);
        return new[] { layer1, layer2, layer3, layer4 }.Aggregate(x, (h, stage) => stage.Through(onnx, h)).Mean([2, 3]);
    }

    static (int[] Blocks, bool Bottleneck) Plan(Options options)
    {
        if (options.SkRatio > 0 && options.Depth < 50)
            throw new ConfigurationException($"selective kernels sit in bottlenecks, which resnet{options.Depth} has none of: take depth 50, 101 or 152, or skRatio 0");
        return options.Depth switch
        {
            10 => ([1, 1, 1, 1], false),
            18 => ([2, 2, 2, 2], false),
            34 => ([3, 4, 6, 3], false),
            50 => ([3, 4, 6, 3], true),
            101 => ([3, 4, 23, 3], true),
            152 => ([3, 8, 36, 3], true),
            _ => throw new ConfigurationException($"there is no ResNet of depth {options.Depth}: take 10, 18, 34, 50, 101 or 152"),
        };
    }
}
