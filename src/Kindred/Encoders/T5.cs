using System.ComponentModel.DataAnnotations;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>T5: an encoder that reads a text and a decoder that writes another, token by token. As an encoder it gives the mean over what was read, `[N, T]` → `[N, Width]`.</summary>
/// <remarks>
/// Raffel et al., arXiv:1910.10683: norms without mean before each half of a layer, no biases, scores of attention unscaled and moved by a number for the distance that all layers share.
/// Weights are drawn as the authors draw them. State dicts of the transformers library (<c>shared.weight</c>, <c>encoder.block.0.layer.0.SelfAttention.q.weight</c> …) fill it.
/// </remarks>
[Encoder("t5", "T5, reads a text and writes another; 2 + 2 layers of 128 unless said otherwise", Takes = SampleKinds.Sentences, Paper = "arXiv:1910.10683")]
[Encoder("t5-small", "T5 of 6 + 6 layers, 512 wide",
    Takes = SampleKinds.Sentences, Paper = "arXiv:1910.10683", Preset = "{ width: 512, depth: 6, heads: 8, headWidth: 64, hidden: 2048, vocabulary: 32128 }")]
[Encoder("t5-base", "T5 of 12 + 12 layers, 768 wide",
    Takes = SampleKinds.Sentences, Paper = "arXiv:1910.10683", Preset = "{ width: 768, depth: 12, heads: 12, headWidth: 64, hidden: 3072, vocabulary: 32128 }")]
[Encoder("t5-large", "T5 of 24 + 24 layers, 1024 wide",
    Takes = SampleKinds.Sentences, Paper = "arXiv:1910.10683", Preset = "{ width: 1024, depth: 24, heads: 16, headWidth: 64, hidden: 4096, vocabulary: 32128 }")]
public sealed class T5 : TokenEncoder, ITextToText, INamedInFiles
{
    /// <summary>Which of the two published forms.</summary>
    public enum FormKind
    {
        /// <summary>ReLU in between, and the scores of words by the table that they are read with.</summary>
        Original,

        /// <summary>T5 1.1: a gated GELU, and a layer of its own for the scores of words.</summary>
        Gated,
    }

    /// <summary>Which network.</summary>
    /// <param name="Width">Width of a token.</param>
    /// <param name="Depth">Layers of the encoder, and of the decoder.</param>
    /// <param name="Heads">Attention heads.</param>
    /// <param name="HeadWidth">Width of a head; 0 shares the width out among them.</param>
    /// <param name="Hidden">Width between the two halves of a layer's MLP.</param>
    /// <param name="Dropout">Chance that a number is dropped in training.</param>
    /// <param name="Form">Which of the two published forms.</param>
    /// <param name="Vocabulary">How many tokens there are; what the data say if left out. Published weights have more than their tokenizer.</param>
    public sealed record Options(
        [Range(1, 16384)] long Width = 128, [Range(1, 64)] int Depth = 2, [Range(1, 1024)] int Heads = 4, [Width(0)] long HeadWidth = 0, [Width] long Hidden = 256,
        [Range(0.0, 1.0, MaximumIsExclusive = true)] double Dropout = 0.1, FormKind Form = FormKind.Original, [Range(2, 1 << 24)] long? Vocabulary = null);

    const int Buckets = 32, Reach = 128;

    readonly Embedding table;
    readonly T5Stack encoder, decoder;
    readonly Linear? words;
    readonly int end;

    /// <summary>Builds the network for the vocabulary of the data, weights drawn from the open <see cref="Initialization"/>.</summary>
    /// <param name="options">Which network.</param>
    /// <param name="facts">What the data say: <c>vocabulary</c>, how many tokens there are, and <c>end</c>, which of them ends a text (1 if left out, as in the published vocabulary).</param>
    /// <exception cref="ConfigurationException">The width does not divide into the heads, or the vocabulary is smaller than that of the data.</exception>
    public T5(Options options, DataFacts? facts = null)
    {
        OptionRules.Check(options);
        facts ??= DataFacts.None;
        if (options.HeadWidth == 0 && options.Width % options.Heads != 0)
            throw new ConfigurationException($"encoder.heads: a width of {options.Width} does not divide into {options.Heads} heads; say encoder.headWidth.");
        var known = facts.Input("vocabulary", options.Vocabulary ?? 32128);
        (Dim, end, Vocabulary) = (options.Width, (int)facts.Input("end", 1), options.Vocabulary ?? known);
        if (Vocabulary < known) throw new ConfigurationException($"encoder.vocabulary: {Vocabulary} tokens, and the data's vocabulary has {known}; raise it or leave it out.");
        table = new(Vocabulary, Dim);
        T5Stack Stack(bool writes) => new(options, options.HeadWidth == 0 ? Dim / options.Heads : options.HeadWidth, new(options.Heads, !writes, Buckets, Reach, Math.Pow(Dim, -0.5)), writes);
        (encoder, decoder) = (Stack(false), Stack(true));
        if (options.Form == FormKind.Gated) words = new(Weights.Normal([Vocabulary, Dim], 1), null);
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <summary>How many tokens it knows.</summary>
    public long Vocabulary { get; }

    /// <inheritdoc/>
    protected override Tensor Encode(TextView text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Mean(Read(text), text.Mask);
    }

    /// <inheritdoc/>
    protected override OnnxValue Export(OnnxExport onnx, OnnxValue tokens, OnnxValue real)
    {
        ArgumentNullException.ThrowIfNull(real);
        return Mean(encoder.Export(onnx, table.Export(onnx, tokens), real.Unsqueeze(1).Unsqueeze(1)), real);
    }

    /// <summary>What the encoder makes of every token, `[N, T, Width]`.</summary>
    /// <param name="source">What is read.</param>
    public Tensor Read(TextView source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return encoder.Forward(table.Forward(source.X), Hidden(source.Mask), null, null);
    }

    /// <inheritdoc/>
    public Tensor Logits(TextView source, TextView target)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        var before = Tensor.Cat([Tensor.Zeros([target.Count, 1], Dtype.Int64, target.X.Device), target.X.Narrow(1, 0, target.X.Size(1) - 1)], 1);
        return Scores(Decode(before, Read(source), Hidden(source.Mask)).Flatten(0, 1).IndexSelect(0, Targets.Places(target)));
    }

    /// <inheritdoc/>
    public int[][] Write(TextView source, Writing how)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var _ = NoGradient.Begin();
        using var scope = Scope.Open();
        var (memory, hidden) = (Read(source), Hidden(source.Mask));
        return BeamSearch.Write((int)source.Count, end, how, (owners, before) =>
        {
            var rows = owners.To(memory.Device);
            return Scores(Decode(before.To(memory.Device), memory.IndexSelect(0, rows), hidden.IndexSelect(0, rows)).Select(1, -1));
        });
    }

    Tensor Decode(Tensor before, Tensor memory, Tensor hidden) => decoder.Forward(table.Forward(before), null, memory, hidden);

    Tensor Scores(Tensor h) => words?.Forward(h) ?? Tensor.Linear(h * Math.Pow(Dim, -0.5), table.Weight, null);

    // True where nothing is to be looked at, [N, 1, 1, T].
    static Tensor Hidden(Tensor mask) => mask.LogicalNot().Unsqueeze(1).Unsqueeze(1);

    /// <inheritdoc/>
    public string NameInFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path switch
        {
            "table.weight" => "shared.weight",
            "words.weight" => "lm_head.weight",
            _ => T5Stack.NameInFile(path.Split('.')),
        };
    }
}
