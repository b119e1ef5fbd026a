using System.ComponentModel.DataAnnotations;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Words by number, one after the other, to one vector: a table of vectors, transformer blocks, the mean over the words. <c>[N, L]</c> → <c>[N, Width]</c>.</summary>
/// <remarks>Number 0 is behind the end of a shorter text and counts for nothing. Without blocks it is the mean of the words' vectors.</remarks>
[Encoder("words", "a transformer over words of a small vocabulary", Takes = SampleKinds.Captions)]
public sealed class WordEncoder : TensorEncoder
{
    /// <summary>Which network.</summary>
    /// <param name="Width">Width of a word within the network.</param>
    /// <param name="Depth">Transformer blocks; 0 takes the mean of the words.</param>
    /// <param name="Heads">Attention heads, a divisor of the width.</param>
    /// <param name="Drop">Chance that a word is left out in training.</param>
    /// <param name="Vocabulary">How many numbers words have; what the data have, or 1,000, if left out.</param>
    public sealed record Options(
        [Range(1, 4096)] int Width = 128, [Depth(0)] int Depth = 1, [Range(1, 1024)] int Heads = 4, [Range(0.0, 1.0, MaximumIsExclusive = true)] double Drop = 0.1,
        [Range(2, 1 << 20)] int? Vocabulary = null);

    readonly Embedding table;
    readonly Parameter places;
    readonly TransformerBlock[] blocks;
    readonly LayerNorm norm;

    /// <summary>Builds the network, weights drawn from the open <see cref="Initialization"/>.</summary>
    /// <param name="options">Which network.</param>
    /// <param name="facts">What the data say: <c>vocabulary</c>, and <c>length</c> in words.</param>
    /// <exception cref="ConfigurationException">An option is out of its range, or the width does not divide into the heads.</exception>
    public WordEncoder(Options options, DataFacts? facts = null)
    {
        OptionRules.Check(options);
        facts ??= DataFacts.None;
        CheckHeads(options.Width, options.Heads);
        (Dim, Drop) = (options.Width, options.Drop);
        table = new(options.Vocabulary ?? facts.Input("vocabulary", 1000), Dim, deviation: 0.1, padding: 0);
        places = new(Weights.TruncatedNormal([1, facts.Input("length", 24), Dim], 0.02));
        blocks = [.. Enumerable.Range(0, options.Depth).Select(_ => new TransformerBlock(Dim, options.Heads, 2 * Dim, 0, Weights.Xavier))];
        norm = new(Dim);
    }

    /// <summary>Chance that a word is left out in training.</summary>
    public double Drop { get; set; }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">The input is no <c>[N, L]</c> of at most as many words as it was built for.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Dim != 2 || x.Size(1) > places.Value.Size(1))
            throw new ConfigurationException($"words reads at most {places.Value.Size(1)} words by number, [N, L]; these data are [{string.Join(", ", x.Shape)}].");
        var there = x.Gt(0);                                                        // [N, L]
        if (Training && Drop > 0)
        {
            var left = there.LogicalAnd(Tensor.Empty(x.Shape, Dtype.Float32, device: x.Device).Bernoulli_(1 - Drop).Gt(0));
            there = Tensor.Where(left.Any(1, keepdim: true), left, there);           // a text that would lose all its words keeps them
        }
        var h = table.Forward(x);
        if (blocks.Length > 0) h = h + places.Value.Narrow(1, 0, x.Size(1));
        var seen = there.Unsqueeze(1).Unsqueeze(1);                                 // [N, 1, 1, L]
        foreach (var block in blocks) h = block.Forward(h, seen);
        h = norm.Forward(h).MaskedFill(there.LogicalNot().Unsqueeze(2), 0);
        return h.Sum([1]) / there.Sum([1], keepdim: true).ClampMin(1);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string?> FreeAxes(int rank) => [null, "T"];

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        ArgumentNullException.ThrowIfNull(onnx);
        ArgumentNullException.ThrowIfNull(x);
        var there = x.Gt(0);
        var h = table.Export(onnx, x);
        if (blocks.Length > 0) h = h + onnx.Weight(places).UpTo(1, x, 1);
        var seen = there.Unsqueeze(1).Unsqueeze(1);
        foreach (var block in blocks) h = block.Export(onnx, h, seen);
        h = there.Unsqueeze(2).Choose(norm.Export(onnx, h), 0);
        return h.Sum([1]) / there.To(OnnxType.Float).Sum([1], keep: true).AtLeast(1);
    }

    internal static void CheckHeads(int width, int heads)
    {
        if (width % heads != 0) throw new ConfigurationException($"a width of {width} does not divide into {heads} heads");
    }
}
