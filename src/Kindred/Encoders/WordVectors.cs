using System.ComponentModel.DataAnnotations;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>The mean of the vectors of a sentence's word pieces; `[N, T]` tokens → `[N, Width]`. Fast, and on pairs of sentences hard to beat by a transformer that begins from nothing.</summary>
/// <remarks>Wieting, Bansal, Gimpel, Livescu, "Towards Universal Paraphrastic Sentence Embeddings", ICLR 2016, arXiv:1511.08198: averages beat recurrent networks on sentences of another kind. How
/// long a vector is says how much its word counts, so nothing is normed.</remarks>
[Encoder("word-vectors", "the mean of the vectors of a sentence's word pieces", Takes = SampleKinds.Sentences, Paper = "arXiv:1511.08198")]
public sealed class WordVectors : TokenEncoder
{
    /// <summary>Which network.</summary>
    /// <param name="Width">Width of a vector.</param>
    /// <param name="Dropout">Chance that a number of the mean is dropped in training.</param>
    public sealed record Options([Range(1, 16384)] long Width = 256, [Range(0.0, 1.0, MaximumIsExclusive = true)] double Dropout = 0.1);

    readonly Parameter words;
    readonly Dropout dropout;

    /// <summary>Builds it for the vocabulary of the data, vectors drawn from the open <see cref="Initialization"/>.</summary>
    /// <param name="options">Which network.</param>
    /// <param name="facts">What the data say: <c>vocabulary</c>, how many tokens there are.</param>
    public WordVectors(Options options, DataFacts? facts = null)
    {
        OptionRules.Check(options);
        Dim = options.Width;
        words = new(Weights.Normal([(facts ?? DataFacts.None).Input("vocabulary", 30522), Dim], Bert.Deviation));
        dropout = new(options.Dropout);
    }

    /// <inheritdoc/>
    public override long Dim { get; }

    /// <inheritdoc/>
    protected override Tensor Encode(TextView text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return dropout.Forward(Mean(Tensor.Embedding(words, text.X, -1), text.Mask));
    }

    /// <inheritdoc/>
    protected override OnnxValue Export(OnnxExport onnx, OnnxValue tokens, OnnxValue real)
    {
        ArgumentNullException.ThrowIfNull(onnx);
        return Mean(onnx.Weight(words).Gather(tokens), real);
    }
}
