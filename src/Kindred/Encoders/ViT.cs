using System.ComponentModel.DataAnnotations;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>How a vision transformer knows where a patch was.</summary>
public enum Positions
{
    /// <summary>Learned vectors; weights are drawn as DINO does (truncated normal 0.02).</summary>
    Learned,

    /// <summary>Fixed two-dimensional sines and cosines; weights are drawn as MoCo v3 does (Xavier).</summary>
    SinCos,
}

/// <summary>Vision transformer with a class token: [N, C, H, W] → [N, Width].</summary>
/// <remarks>
/// Dosovitskiy et al., arXiv:2010.11929. Frozen patch projection and sin-cos positions: Chen, Xie, He, "MoCo v3",
/// arXiv:2104.02057. Pictures of another size than <see cref="Options.Size"/> get bicubically resized positions, as
/// DINO's local crops need (Caron et al., arXiv:2104.14294).
/// </remarks>
[Encoder("vit-tiny", "vision transformer, 192 wide, 3 heads", Takes = SampleKinds.Pictures, Preset = "{ width: 192, heads: 3 }")]
[Encoder("vit-small", "vision transformer, 384 wide, 6 heads", Takes = SampleKinds.Pictures, Preset = "{ width: 384, heads: 6 }")]
[Encoder("vit-base", "vision transformer, 768 wide, 12 heads", Takes = SampleKinds.Pictures, Preset = "{ width: 768, heads: 12 }")]
public sealed class ViT : TensorEncoder
{
    /// <summary>Which network.</summary>
    /// <param name="Size">Side of the pictures whose positions are stored.</param>
    /// <param name="Patch">Side of a patch.</param>
    /// <param name="Width">Width of a token.</param>
    /// <param name="Depth">Blocks.</param>
    /// <param name="Heads">Attention heads (MoCo v3's ViT-S has 12, DINO's 6).</param>
    /// <param name="MlpRatio">Hidden width of a block's MLP as a multiple of the width.</param>
    /// <param name="Positions">How patches know their place.</param>
    /// <param name="FrozenPatches">Keeps the random patch projection fixed.</param>
    /// <param name="DropPath">Stochastic depth of the last block; earlier blocks have proportionally less.</param>
    /// <param name="Channels">Channels of the input; what the data has, or 3, if left out.</param>
    public sealed record Options(
        [Range(1, 4096)] int Size = 224, [Range(1, 1024)] int Patch = 16, [Range(1, 16384)] int Width = 192, [Range(1, 256)] int Depth = 12,
        [Range(1, 1024)] int Heads = 3, [Range(0.0, 64.0, MinimumIsExclusive = true)] double MlpRatio = 4, Positions Positions = Positions.Learned,
        bool FrozenPatches = false, [Range(0.0, 1.0, MaximumIsExclusive = true)] double DropPath = 0, [Range(1, 65536)] int? Channels = null);

    readonly Parameter patchWeight, patchBias, clsToken, posEmbed;
    readonly TransformerBlock[] blocks;
    readonly LayerNorm norm;
    readonly long patch, grid;

    /// <summary>Builds the network, weights drawn from the open <see cref="Initialization"/>.</summary>
    /// <param name="options">Which network.</param>
    /// <param name="facts">What the data says of its inputs: <c>channels</c>, unless the options say them.</param>
    /// <exception cref="ConfigurationException">An option is out of its range, the size is no multiple of the patch, or the width does not divide as needed.</exception>
    public ViT(Options options, DataFacts? facts = null)
    {
        OptionRules.Check(options);
        Check(options);
        var inputs = options.Channels ?? (facts ?? DataFacts.None).Input("channels", 3);
        (patch, grid, Dim) = (options.Patch, options.Size / options.Patch, options.Width);
        bool sinCos = options.Positions == Positions.SinCos;
        long fanIn = inputs * patch * patch;
        long[] shape = [Dim, inputs, patch, patch];
        patchWeight = new(sinCos ? Weights.Uniform(shape, Math.Sqrt(6.0 / (fanIn + Dim))) : Weights.FanInUniform(shape, fanIn), options.FrozenPatches);
        patchBias = new(sinCos ? Weights.Zeros(Dim) : Weights.FanInUniform([Dim], fanIn), options.FrozenPatches);
        clsToken = new(sinCos ? Weights.Normal([1, 1, Dim], 1e-6) : Weights.TruncatedNormal([1, 1, Dim], 0.02));
        posEmbed = sinCos
            ? new(SinCos2d.Table(grid, Dim), frozen: true)
            : new(Weights.TruncatedNormal([1, 1 + grid * grid, Dim], 0.02));
        blocks = new TransformerBlock[options.Depth];
        for (int i = 0; i < blocks.Length; i++)
        {
            double drop = options.Depth == 1 ? options.DropPath : options.DropPath * i / (options.Depth - 1);
            blocks[i] = new(Dim, options.Heads, (long)(options.MlpRatio * Dim), drop, sinCos ? Weights.Xavier : Truncated);
        }
        norm = new(Dim);
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <summary>The blocks, from input to output.</summary>
    public IReadOnlyList<Layer> Blocks => blocks;

    /// <summary>Turns stochastic depth off: DINO's teacher has none.</summary>
    public void StopDropping()
    {
        foreach (var block in blocks)
            block.DropPath = 0;
    }

    /// <summary>All normalised tokens, the class token first: [N, 1 + h · w, Width].</summary>
    public Tensor Tokens(Tensor x)
    {
        var maps = Tensor.Conv2d(x, patchWeight, patchBias, stride: [patch, patch]);       // [N, D, h, w]
        var tokens = maps.Flatten(2).Transpose(1, 2);                                       // [N, h · w, D]
        tokens = Tensor.Cat([clsToken.Value.Expand([x.Size(0), 1, Dim]), tokens], 1) + PositionsFor(maps.Size(2), maps.Size(3));
        foreach (var block in blocks)
            tokens = block.Forward(tokens);
        return norm.Forward(tokens);
    }

    /// <inheritdoc/>
    protected override string? Fault(View view) => ChannelFault(view, patchWeight.Value.Size(1)) ?? (view.X.Size(2) >= patch && view.X.Size(3) >= patch ? null
        : $"cuts pictures into patches of {patch} pixels, and these are {view.X.Size(2)}×{view.X.Size(3)}; take a smaller encoder.patch, or larger pictures");

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Tokens(x).Select(1, 0);

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        ArgumentNullException.ThrowIfNull(onnx);
        ArgumentNullException.ThrowIfNull(x);
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        var (height, width) = (x.Size(2) / patch, x.Size(3) / patch);
        var tokens = x.Conv(onnx.Weight(patchWeight), onnx.Weight(patchBias), stride: patch).Reshape(0, Dim, height * width).Transpose(0, 2, 1);
        var places = onnx.Weight(posEmbed, PositionsFor(height, width));                   // of the pictures that the file is for
        tokens = OnnxValue.Concat(1, onnx.Weight(clsToken).RowsOf(x), tokens) + places;
        foreach (var block in blocks) tokens = block.Export(onnx, tokens);
        return norm.Export(onnx, tokens).Select(1, 0);
    }

    Tensor PositionsFor(long height, long width)
    {
        if (height == grid && width == grid)
            return posEmbed;
        var p = posEmbed.Value;
        var map = p.Narrow(1, 1, grid * grid).Reshape([1, grid, grid, Dim]).Permute([0, 3, 1, 2]);
        var resized = Tensor.UpsampleBicubic2d(map, [height, width], alignCorners: false, scaleFactors: default);
        return Tensor.Cat([p.Narrow(1, 0, 1), resized.Flatten(2).Transpose(1, 2)], 1);
    }

    static Tensor Truncated(ReadOnlySpan<long> shape, long stacked) => Weights.TruncatedNormal(shape, 0.02);

    static void Check(Options options)
    {
        if (options.Size % options.Patch != 0)
            throw new ConfigurationException($"pictures of side {options.Size} do not divide into patches of {options.Patch}: take a patch that divides the size");
        if (options.MlpRatio * options.Width < 1)
            throw new ConfigurationException($"an MLP of {options.MlpRatio.ToString(System.Globalization.CultureInfo.InvariantCulture)} times {options.Width} has no unit: raise mlpRatio");
        if (options.Width % options.Heads != 0)
            throw new ConfigurationException($"a width of {options.Width} does not divide into {options.Heads} heads");
        if (options.Positions == Positions.SinCos && options.Width % 4 != 0)
            throw new ConfigurationException($"sin-cos positions need a width that divides by 4, not {options.Width}");
    }
}

/// <summary>Norm, attention, norm, MLP, each half around a shortcut.</summary>
sealed class TransformerBlock : Layer
{
    readonly LayerNorm norm1, norm2;
    readonly MultiHeadAttention attn;
    readonly Linear fc1, fc2;
    readonly DropPath path;

    public TransformerBlock(long width, long heads, long hidden, double dropPath, MultiHeadAttention.Draw draw)
    {
        norm1 = new(width);
        attn = new(width, heads, initial: draw);
        norm2 = new(width);
        fc1 = new(draw([hidden, width], 1), Weights.Zeros(hidden));
        fc2 = new(draw([width, hidden], 1), Weights.Zeros(width));
        path = new(dropPath);
    }

    public double DropPath { set => path.Probability = value; }

    public override Tensor Forward(Tensor x) => Forward(x, mask: null);

    /// <summary>The block where only some places may be looked at, see <see cref="MultiHeadAttention"/>.</summary>
    public Tensor Forward(Tensor x, Tensor? mask)
    {
        // What backward does not need goes at the end of the block, not at that of the step; of a teacher that is all but the result.
        using var scope = Scope.Open();
        x = x + path.Forward(attn.Forward(norm1.Forward(x), mask));
        return scope.Return(x + path.Forward(fc2.Forward(fc1.Forward(norm2.Forward(x)).Gelu())));
    }

    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => Export(onnx, x, mask: null);

    /// <summary>The block where only some places may be looked at, as ONNX.</summary>
    public OnnxValue Export(OnnxExport onnx, OnnxValue x, OnnxValue? mask)
    {
        x = x + attn.Export(onnx, norm1.Export(onnx, x), mask);
        return x + fc2.Export(onnx, fc1.Export(onnx, norm2.Export(onnx, x)).Gelu());
    }
}

/// <summary>Fixed two-dimensional positions: half of the width tells the row, half the column, by sines and cosines.</summary>
static class SinCos2d
{
    /// <summary>[1, 1 + grid², width], zeros for the class token.</summary>
    public static Tensor Table(long grid, long width)
    {
        long quarter = width / 4;
        var table = new float[(1 + grid * grid) * width];
        for (long row = 0; row < grid; row++)
            for (long column = 0; column < grid; column++)
                for (long j = 0; j < quarter; j++)
                {
                    double frequency = Math.Pow(10000, -(double)j / quarter);
                    long at = (1 + row * grid + column) * width + j;
                    (table[at], table[at + quarter]) = ((float)Math.Sin(row * frequency), (float)Math.Cos(row * frequency));
                    (table[at + 2 * quarter], table[at + 3 * quarter]) = ((float)Math.Sin(column * frequency), (float)Math.Cos(column * frequency));
                }
        return Tensor.From<float>(table, [1, 1 + grid * grid, width]);
    }
}
