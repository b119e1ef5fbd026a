using Kindred.Torch;

namespace Kindred.Text;

/// <summary>One caption of every sample, as words of a small vocabulary, and as what an encoder of sentences that is trained already makes of it.</summary>
/// <param name="words">Numbers in the vocabulary, int64 `[N, L]`.</param>
/// <param name="sentence">A vector a caption, `[N, E]`.</param>
/// <param name="name">The group and number of the view.</param>
public sealed class CaptionView(Tensor words, Tensor sentence, string name) : AccompaniedView(words, sentence, name)
{
    /// <summary>A vector a caption, `[N, E]`.</summary>
    public Tensor Sentence => Beside;

    /// <inheritdoc/>
    public override SampleKinds Kind => SampleKinds.Captions;

    /// <inheritdoc/>
    protected override View Of(Tensor x, Tensor beside) => new CaptionView(x, beside, Name);
}
