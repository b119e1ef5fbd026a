using System.ComponentModel.DataAnnotations;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>How the tokens of a sentence become one vector.</summary>
public enum TextPooling
{
    /// <summary>The mean of the last layer over all tokens, [CLS] and [SEP] included.</summary>
    Mean,

    /// <summary>The last layer at the first token, [CLS].</summary>
    Cls,

    /// <summary>The mean over all tokens of the word embeddings and the last layer, halved, as SimCSE's code takes them.</summary>
    FirstLast,

    /// <summary>The mean over all tokens of the last two layers, halved.</summary>
    LastTwo,
}

/// <summary>BERT's encoder: word pieces with positions through layers of attention; `[N, T]` tokens → `[N, Width]`.</summary>
/// <remarks>
/// Devlin, Chang, Lee, Toutanova, arXiv:1810.04805: norms after each half of a layer, exact GELU, ε = 1e-12, weights from N(0, 0.02²). Files of PyTorch state dicts
/// (<c>embeddings.word_embeddings.weight</c>, <c>encoder.layer.0.attention.self.query.weight</c> …) fill it; of a deeper file the first layers are taken.
/// </remarks>
[Encoder("bert", "transformer over word pieces, 2 layers of 128 unless said otherwise", Takes = SampleKinds.Sentences, Paper = "arXiv:1810.04805")]
[Encoder("minilm", "BERT of 6 layers, 384 wide: the shape of all-MiniLM-L6-v2",
    Takes = SampleKinds.Sentences, Paper = "arXiv:2002.10957", Preset = "{ width: 384, depth: 6, heads: 12, hidden: 1536, positions: 512 }")]
[Encoder("bert-base", "BERT of 12 layers, 768 wide",
    Takes = SampleKinds.Sentences, Paper = "arXiv:1810.04805", Preset = "{ width: 768, depth: 12, heads: 12, hidden: 3072, positions: 512 }")]
public sealed class Bert : TokenEncoder, INamedInFiles
{
    /// <summary>Which network.</summary>
    /// <param name="Width">Width of a token.</param>
    /// <param name="Depth">Layers.</param>
    /// <param name="Heads">Attention heads; the width divides by them.</param>
    /// <param name="Hidden">Hidden width of a layer's MLP; 0 is four times the width.</param>
    /// <param name="Positions">Tokens of the longest sentence.</param>
    /// <param name="Dropout">Chance that a number is dropped in training, of embeddings, attention and both halves of a layer.</param>
    /// <param name="Pooling">How tokens become one vector.</param>
    /// <param name="FrozenWords">Keeps embeddings of words, positions and sentences as they are: for a short training from published weights.</param>
    public sealed record Options(
        [Range(1, 16384)] long Width = 128, [Range(1, 64)] int Depth = 2, [Range(1, 1024)] int Heads = 4, [Width(0)] long Hidden = 0, [Range(2, 1 << 16)] int Positions = 128,
        [Range(0.0, 1.0, MaximumIsExclusive = true)] double Dropout = 0.1, TextPooling Pooling = TextPooling.Mean, bool FrozenWords = false);

    internal const double Deviation = 0.02;
    const double Eps = 1e-12;

    readonly Parameter words, positions, types;
    readonly LayerNorm norm;
    readonly BertLayer[] layers;
    readonly Dropout dropout;
    readonly TextPooling pooling;

    /// <summary>Builds the network for the vocabulary of the data, weights drawn from the open <see cref="Initialization"/>.</summary>
    /// <param name="options">Which network.</param>
    /// <param name="facts">What the data say: <c>vocabulary</c>, how many tokens there are.</param>
    /// <exception cref="ConfigurationException">The width does not divide into the heads.</exception>
    public Bert(Options options, DataFacts? facts = null)
    {
        OptionRules.Check(options);
        if (options.Width % options.Heads != 0) throw new ConfigurationException($"encoder.heads: a width of {options.Width} does not divide into {options.Heads} heads.");
        (Dim, pooling, Vocabulary) = (options.Width, options.Pooling, (facts ?? DataFacts.None).Input("vocabulary", 30522));
        words = new(Weights.Normal([Vocabulary, Dim], Deviation), options.FrozenWords);
        positions = new(Weights.Normal([options.Positions, Dim], Deviation), options.FrozenWords);
        types = new(Weights.Normal([2, Dim], Deviation), options.FrozenWords);
        norm = new(Dim, Eps);
        dropout = new(options.Dropout);
        layers = [.. Enumerable.Range(0, options.Depth).Select(_ => new BertLayer(Dim, options.Heads, options.Hidden == 0 ? 4 * Dim : options.Hidden, options.Dropout, Eps))];
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <summary>How many tokens it knows.</summary>
    public long Vocabulary { get; }

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">A sentence is longer than the positions there are.</exception>
    protected override Tensor Encode(TextView text)
    {
        var states = Hidden(text);
        return pooling switch
        {
            TextPooling.Cls => states[^1].Select(1, 0),
            TextPooling.FirstLast => (Mean(states[0], text.Mask) + Mean(states[^1], text.Mask)) / 2,
            TextPooling.LastTwo => (Mean(states[^2], text.Mask) + Mean(states[^1], text.Mask)) / 2,
            _ => Mean(states[^1], text.Mask),
        };
    }

    /// <summary>The states of all tokens, `[N, T, Width]`: the embeddings, then what each layer makes of them.</summary>
    /// <param name="text">The sentences.</param>
    /// <exception cref="ConfigurationException">A sentence is longer than the positions there are.</exception>
    public IReadOnlyList<Tensor> Hidden(TextView text)
    {
        ArgumentNullException.ThrowIfNull(text);
        long length = text.X.Size(1), most = positions.Value.Size(0);
        if (length > most)
            throw new ConfigurationException($"encoder.positions: a sentence of {length} tokens, but there are {most} positions; "
                + $"raise them, or cut sentences by ?length={most} in the data URI.");
        var h = Tensor.Embedding(words, text.X, -1) + types.Value.Select(0, 0) + positions.Value.Narrow(0, 0, length);
        h = dropout.Forward(norm.Forward(h));
        var hidden = text.Mask.LogicalNot().Unsqueeze(1).Unsqueeze(1);                       // [N, 1, 1, T]
        List<Tensor> states = [h];
        foreach (var layer in layers) states.Add(h = layer.Forward(h, hidden));
        return states;
    }

    /// <inheritdoc/>
    protected override OnnxValue Export(OnnxExport onnx, OnnxValue tokens, OnnxValue real)
    {
        ArgumentNullException.ThrowIfNull(onnx);
        ArgumentNullException.ThrowIfNull(real);
        var h = onnx.Weight(words).Gather(tokens) + onnx.Weight(types).Select(0, 0) + onnx.Weight(positions).UpTo(0, tokens, 1);
        h = norm.Export(onnx, h);
        var seen = real.Unsqueeze(1).Unsqueeze(1);                                           // [N, 1, 1, T]
        List<OnnxValue> states = [h];
        foreach (var layer in layers) states.Add(h = layer.Export(onnx, h, seen));
        return pooling switch
        {
            TextPooling.Cls => states[^1].Select(1, 0),
            TextPooling.FirstLast => (Mean(states[0], real) + Mean(states[^1], real)).Mul(0.5),
            TextPooling.LastTwo => (Mean(states[^2], real) + Mean(states[^1], real)).Mul(0.5),
            _ => Mean(states[^1], real),
        };
    }

    /// <inheritdoc/>
    public string NameInFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path switch
        {
            "words" => "embeddings.word_embeddings.weight",
            "positions" => "embeddings.position_embeddings.weight",
            "types" => "embeddings.token_type_embeddings.weight",
            "norm.weight" => "embeddings.LayerNorm.weight",
            "norm.bias" => "embeddings.LayerNorm.bias",
            _ => InLayer(path.Split('.')),
        };
    }

    // layers.3.query.weight
    static string InLayer(string[] parts) => $"encoder.layer.{parts[1]}.{parts[2] switch
    {
        "mixed" => "attention.output.dense",
        "mixedNorm" => "attention.output.LayerNorm",
        "up" => "intermediate.dense",
        "down" => "output.dense",
        "norm" => "output.LayerNorm",
        var part => $"attention.self.{part}",
    }}.{parts[3]}";
}

/// <summary>Attention, norm, MLP, norm, each half around a shortcut.</summary>
sealed class BertLayer : Module
{
    readonly Linear query, key, value, mixed, up, down;
    readonly LayerNorm mixedNorm, norm;
    readonly Dropout dropout;
    readonly long width, heads;

    public BertLayer(long width, long heads, long hidden, double dropout, double eps)
    {
        (this.width, this.heads, this.dropout) = (width, heads, new(dropout));
        (query, key, value, mixed) = (Dense(width, width), Dense(width, width), Dense(width, width), Dense(width, width));
        (up, down) = (Dense(width, hidden), Dense(hidden, width));
        (mixedNorm, norm) = (new(width, eps), new(width, eps));
    }

    static Linear Dense(long inputs, long outputs) => new(Weights.Normal([outputs, inputs], Bert.Deviation), Weights.Zeros(outputs));

    /// <summary>`[N, T, D]` → `[N, T, D]`.</summary>
    /// <param name="x">The tokens.</param>
    /// <param name="hidden">True where nothing is to be looked at, broadcastable to `[N, heads, T, T]`.</param>
    public Tensor Forward(Tensor x, Tensor hidden)
    {
        // What backward does not need goes at the end of the layer, not at that of the step.
        using var scope = Scope.Open();
        var scores = (Heads(query, x) * (1 / Math.Sqrt(width / heads))).Matmul(Heads(key, x).Transpose(-2, -1)).MaskedFill(hidden, double.NegativeInfinity);
        var read = dropout.Forward(scores.Softmax(-1)).Matmul(Heads(value, x)).Transpose(1, 2).Reshape([x.Size(0), x.Size(1), width]);
        x = mixedNorm.Forward(x + dropout.Forward(mixed.Forward(read)));
        return scope.Return(norm.Forward(x + dropout.Forward(down.Forward(up.Forward(x).Gelu()))));
    }

    public OnnxValue Export(OnnxExport onnx, OnnxValue x, OnnxValue seen)
    {
        OnnxValue Split(Linear layer) => layer.Export(onnx, x).Reshape(0, 0, heads, width / heads).Transpose(0, 2, 1, 3);
        var scores = Split(query).Mul(1 / Math.Sqrt(width / heads)).Matmul(Split(key).Transpose(0, 1, 3, 2));
        var read = seen.Choose(scores, double.NegativeInfinity).Softmax().Matmul(Split(value)).Transpose(0, 2, 1, 3).Reshape(0, 0, width);
        x = mixedNorm.Export(onnx, x + mixed.Export(onnx, read));
        return norm.Export(onnx, x + down.Export(onnx, up.Export(onnx, x).Gelu()));
    }

    Tensor Heads(Linear layer, Tensor x) => layer.Forward(x).View([x.Size(0), x.Size(1), heads, width / heads]).Transpose(1, 2);
}
