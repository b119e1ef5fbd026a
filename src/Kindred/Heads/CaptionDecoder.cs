using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Heads;

/// <summary>Writes a text word by word from one vector: a recurrent network that sees the word before and the vector at each step.</summary>
/// <remarks>Patrick et al., arXiv:2010.02824, have T5's decoder here; this is its small form (Vinyals et al., arXiv:1411.4555).</remarks>
public sealed class CaptionDecoder : Module
{
    /// <summary>Stands in front of the first word.</summary>
    public const long Beginning = 2;

    readonly Embedding words;
    readonly Linear start, output;
    readonly Gru gru;

    /// <summary>A decoder over a vocabulary.</summary>
    /// <param name="memory">Width of the vector.</param>
    /// <param name="vocabulary">How many numbers words have; 0 is behind the end, 1 an unknown word, 2 a beginning, 3 an end.</param>
    /// <param name="width">Width of its state.</param>
    public CaptionDecoder(long memory, long vocabulary, long width)
    {
        words = new(vocabulary, width, deviation: 0.1, padding: 0);
        start = new(memory, width);
        gru = new(width + memory, width);
        output = new(width, vocabulary);
    }

    /// <summary>The scores of each next word, given those before it.</summary>
    /// <param name="memory">`[N, M]`.</param>
    /// <param name="text">int64 `[N, L]`, the words themselves, their end included.</param>
    /// <returns>`[N, L, vocabulary]`: column i is about word i.</returns>
    public Tensor Forward(Tensor memory, Tensor text)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(text);
        var before = Tensor.Cat([Tensor.Full([text.Size(0), 1], Beginning, Dtype.Int64, text.Device), text.Narrow(1, 0, text.Size(1) - 1)], 1);
        var seen = memory.To(Dtype.Float32);
        var input = Tensor.Cat([words.Forward(before), seen.Unsqueeze(1).Expand([-1, text.Size(1), -1])], 2);
        return output.Forward(gru.Forward(input, start.Forward(seen).Tanh().To(Dtype.Float32)).Outputs);
    }

    /// <summary>What it is to write: unknown words and what is behind the end are left out (−100).</summary>
    public static Tensor Targets(Tensor text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.MaskedFill(text.Lt(Beginning), -100);
    }
}
