using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>The sides of pictures that the residual generator and discriminator are laid out for, and their channels.</summary>
/// <remarks>
/// After BigGAN's small layouts in the authors' code: 32 pixels 4w throughout in the generator and 2w in the discriminator, 64 pixels 16w to w and back;
/// 16 pixels is 32 with a block less.
/// </remarks>
/// <param name="Up">Channels of the generator, from its first map of 4 × 4 on; each block doubles the side.</param>
/// <param name="Down">Channels of the discriminator's blocks.</param>
/// <param name="Halvings">How many of the discriminator's blocks halve the side, the first ones.</param>
public sealed record ResidualLayout(IReadOnlyList<long> Up, IReadOnlyList<long> Down, int Halvings)
{
    /// <summary>The layout for a side.</summary>
    /// <param name="size">16, 32 or 64.</param>
    /// <param name="width">w.</param>
    /// <exception cref="ConfigurationException">Another side.</exception>
    public static ResidualLayout Of(long size, long width)
    {
        var w = width;
        return size switch
        {
            16 => new([4 * w, 4 * w, 4 * w], [2 * w, 2 * w, 2 * w], 2),
            32 => new([4 * w, 4 * w, 4 * w, 4 * w], [2 * w, 2 * w, 2 * w, 2 * w], 2),
            64 => new([16 * w, 8 * w, 4 * w, 2 * w, w], [w, 2 * w, 4 * w, 8 * w, 16 * w], 4),
            _ => throw new ConfigurationException($"views: pictures of {size} pixels; the residual generator and discriminator are laid out for squares of 16, 32 and 64: choose one as size."),
        };
    }
}

/// <summary>Draws pictures of a class from noise: a linear layer, residual blocks that double the side under conditional norms, tanh.</summary>
/// <remarks>
/// Brock et al., "BigGAN", arXiv:1809.11096, App. B, in ContraGAN's form (arXiv:2006.12681): noise is cut into one piece for each block and one for the first layer; a block's piece beside
/// the class's vector conditions its norms. Everything is spectrally normalised.
/// </remarks>
public sealed class ResidualGenerator : Module
{
    readonly Embedding classes;
    readonly Linear first;
    readonly UpBlock[] blocks;
    readonly BatchNorm norm;
    readonly Conv2d last;
    readonly long piece;

    /// <summary>A generator.</summary>
    /// <param name="layout">Its blocks.</param>
    /// <param name="noise">Width of the noise, at least as many as blocks and one.</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="shared">Width of a class's vector.</param>
    /// <param name="channels">Of a picture.</param>
    /// <exception cref="ConfigurationException">The noise cannot be cut into pieces.</exception>
    public ResidualGenerator(ResidualLayout layout, long noise, long classes, long shared, long channels)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var up = layout.Up;
        piece = noise / up.Count;
        if (piece < 1) throw new ConfigurationException($"options.noise: {noise} numbers cannot be cut into {up.Count} pieces, one for the first layer and each block; take at least {up.Count}.");
        this.classes = Embedding.Spectral(classes, shared);
        first = Linear.Spectral(piece, 16 * up[0]);
        blocks = [.. Enumerable.Range(1, up.Count - 1).Select(i => new UpBlock(up[i - 1], up[i], shared + piece))];
        norm = new(up[^1]);
        last = Conv2d.Spectral(up[^1], channels, 3);
        Noise = piece * up.Count;
    }

    /// <summary>Numbers of noise that a picture takes: those asked for, less a rest.</summary>
    public long Noise { get; }

    /// <summary>Draws.</summary>
    /// <param name="noise">`[N, Noise]`.</param>
    /// <param name="labels">int64 `[N]`.</param>
    /// <returns>`[N, channels, side, side]`, −1 to 1.</returns>
    public Tensor Forward(Tensor noise, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(noise);
        var pieces = noise.Split(piece, 1);
        var known = classes.Forward(labels);
        var x = first.Forward(pieces[0]).View([noise.Size(0), -1, 4, 4]);
        for (var i = 0; i < blocks.Length; i++) x = blocks[i].Forward(x, Tensor.Cat([known, pieces[i + 1]], 1));
        return last.Forward(norm.Forward(x).Relu()).Tanh();
    }

    /// <summary>Draws pictures of classes from noise of the default generator.</summary>
    /// <param name="labels">int64 `[N]`.</param>
    internal Tensor Draw(Tensor labels) => Forward(Tensor.Randn([labels.Size(0), Noise], Generator.Default, Dtype.Float32).To(labels.Device), labels);

    /// <summary>Becomes the moving average of another; statistics and singular vectors go with the weights, as in the authors' code.</summary>
    internal void Average(ResidualGenerator of, double momentum)
    {
        this.Follow(of, momentum);
        foreach (var (own, other) in Buffers().Zip(of.Buffers())) own.Value.Copy_(other.Value);
    }

    sealed class UpBlock : Module
    {
        readonly ConditionalBatchNorm norm1, norm2;
        readonly Conv2d conv1, conv2, skip;

        public UpBlock(long inputs, long outputs, long condition)
        {
            (norm1, norm2) = (new(inputs, condition), new(outputs, condition));
            (conv1, conv2, skip) = (Conv2d.Spectral(inputs, outputs, 3), Conv2d.Spectral(outputs, outputs, 3), Conv2d.Spectral(inputs, outputs, 1));
        }

        public Tensor Forward(Tensor x, Tensor condition)
        {
            var h = conv1.Forward(Doubled(norm1.Forward(x, condition).Relu()));
            return conv2.Forward(norm2.Forward(h, condition).Relu()) + skip.Forward(Doubled(x));
        }

        static Tensor Doubled(Tensor x) => Tensor.UpsampleNearest2d(x, [2 * x.Size(2), 2 * x.Size(3)], default);
    }
}

/// <summary>Looks at pictures: residual blocks that halve the side, a sum over what is left. `[N, C, S, S]` → `[N, Dim]`.</summary>
/// <remarks>Brock et al., arXiv:1809.11096, App. B; Miyato and Koyama, arXiv:1802.05637. No norm but the spectral one of its weights.</remarks>
public sealed class ResidualDiscriminator : TensorEncoder
{
    readonly DownBlock[] blocks;

    /// <summary>A discriminator's body, without heads.</summary>
    /// <param name="layout">Its blocks.</param>
    /// <param name="channels">Of a picture.</param>
    public ResidualDiscriminator(ResidualLayout layout, long channels)
    {
        ArgumentNullException.ThrowIfNull(layout);
        blocks = [.. layout.Down.Select((width, i) => new DownBlock(i == 0 ? channels : layout.Down[i - 1], width, halves: i < layout.Halvings, first: i == 0))];
        Dim = layout.Down[^1];
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        foreach (var block in blocks) x = block.Forward(x);
        return x.Relu().Sum([2, 3]);
    }

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => blocks.Aggregate(x, (h, block) => block.Export(onnx, h)).Relu().Sum([2, 3]);

    sealed class DownBlock : Layer
    {
        readonly Conv2d conv1, conv2;
        readonly Conv2d? skip;
        readonly bool halves, first;

        public DownBlock(long inputs, long outputs, bool halves, bool first)
        {
            (this.halves, this.first) = (halves, first);
            (conv1, conv2) = (Conv2d.Spectral(inputs, outputs, 3), Conv2d.Spectral(outputs, outputs, 3));
            if (halves || inputs != outputs) skip = Conv2d.Spectral(inputs, outputs, 1);
        }

        public override Tensor Forward(Tensor x)
        {
            // A picture is not cut at 0 before it is looked at.
            var h = conv2.Forward(conv1.Forward(first ? x : x.Relu()).Relu());
            if (!halves) return h + (skip?.Forward(x) ?? x);
            return Halved(h) + (first ? skip!.Forward(Halved(x)) : Halved(skip!.Forward(x)));
        }

        static Tensor Halved(Tensor x) => x.AvgPool2d([2, 2]);

        public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
        {
            static OnnxValue Half(OnnxValue h) => h.AvgPool(2, 2);
            var h = conv2.Export(onnx, conv1.Export(onnx, first ? x : x.Relu()).Relu());
            if (!halves) return h + (skip?.Export(onnx, x) ?? x);
            return Half(h) + (first ? skip!.Export(onnx, Half(x)) : Half(skip!.Export(onnx, x)));
        }
    }
}
