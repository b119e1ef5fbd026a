using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Draws small pictures from noise: a linear layer to a small map, then doubled and convolved until it has the picture's side, tanh. `[N, inputs]` → `[N, C · S · S]`.</summary>
/// <remarks>
/// Radford, Metz, Chintala, "DCGAN", arXiv:1511.06434: batch norm and ReLU behind every layer but the last. Differs: a map is doubled by repeating its pixels and convolved 3 × 3, which leaves
/// no chequered patterns as transposed convolutions do (Odena et al., distill.00003).
/// </remarks>
public sealed class ConvolutionalGenerator : Layer
{
    readonly Linear first;
    readonly BatchNorm norm;
    readonly Layer[] convs, norms;
    readonly Conv2d last;
    readonly long start;

    /// <summary>A generator.</summary>
    /// <param name="inputs">Numbers of noise.</param>
    /// <param name="channels">C.</param>
    /// <param name="side">S, which can be halved once at least: 12 is 3 · 2 · 2.</param>
    /// <param name="width">Channels of the smallest map; every doubling of the side halves them.</param>
    /// <exception cref="ConfigurationException">The side cannot be halved.</exception>
    public ConvolutionalGenerator(long inputs, long channels, long side, long width)
    {
        var doublings = Doublings(side);
        start = side >> doublings;
        first = new(inputs, width * start * start, bias: false);
        norm = new(width);
        convs = [.. Enumerable.Range(0, doublings).Select(i => new Conv2d(At(i), At(i + 1), 3))];
        norms = [.. Enumerable.Range(1, doublings).Select(i => new BatchNorm(At(i)))];
        last = new(At(doublings), channels, 3, bias: true);

        long At(int i) => Math.Max(1, width >> i);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        var h = norm.Forward(first.Forward(x).View([x.Size(0), -1, start, start])).Relu();
        for (var i = 0; i < convs.Length; i++)
            h = norms[i].Forward(convs[i].Forward(Tensor.UpsampleNearest2d(h, [2 * h.Size(2), 2 * h.Size(3)], default))).Relu();
        return last.Forward(h).Tanh().Flatten(1);
    }

    /// <summary>How often a side can be halved before the map is one of 2 to 4 pixels, or odd.</summary>
    /// <exception cref="ConfigurationException">Not once.</exception>
    internal static int Doublings(long side)
    {
        var doublings = 0;
        for (; side > 4 && side % 2 == 0; side /= 2) doublings++;
        return doublings > 0 ? doublings
            : throw new ConfigurationException($"views: pictures of {side} pixels; convolutions halve their side, so choose an even one above 4, such as 12, 16 or 32.");
    }
}

/// <summary>Judges small pictures, and the numbers given beside them: convolutions that halve the side, a linear layer. `[N, C · S · S + beside]` → `[N, 1]`.</summary>
/// <remarks>
/// Radford et al., arXiv:1511.06434: leaky ReLU, 4 × 4 kernels of step 2. A number beside a picture is a plane of its own. Differs: no batch norm, which would let a sample's score depend on
/// its batch and, in an estimate of mutual information, tell what the others are.
/// </remarks>
public sealed class ConvolutionalCritic : Layer
{
    readonly Conv2d[] convs;
    readonly Linear last;
    readonly long channels, side;

    /// <summary>A critic.</summary>
    /// <param name="channels">C.</param>
    /// <param name="side">S, which can be halved once at least.</param>
    /// <param name="beside">Numbers behind a picture's values.</param>
    /// <param name="width">Channels of the smallest map; every halving of the side doubles them.</param>
    /// <exception cref="ConfigurationException">The side cannot be halved.</exception>
    public ConvolutionalCritic(long channels, long side, long beside, long width)
    {
        var halvings = ConvolutionalGenerator.Doublings(side);
        (this.channels, this.side) = (channels, side);
        convs = [.. Enumerable.Range(1, halvings).Select(i => new Conv2d(i == 1 ? channels + beside : At(i - 1), At(i), 4, stride: 2, padding: 1, bias: true))];
        var smallest = side >> halvings;
        last = new(width * smallest * smallest, 1);

        long At(int i) => Math.Max(1, width >> (halvings - i));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        long count = x.Size(0), values = channels * side * side, beside = x.Size(1) - values;
        var h = x.Narrow(1, 0, values).Reshape([count, channels, side, side]);
        if (beside > 0) h = Tensor.Cat([h, x.Narrow(1, values, beside).View([count, beside, 1, 1]).Expand([count, beside, side, side])], 1);
        foreach (var conv in convs) h = conv.Forward(h).LeakyRelu(0.2);
        return last.Forward(h.Flatten(1));
    }
}
