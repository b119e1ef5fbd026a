using Kindred.Torch;

namespace Kindred.Text;

/// <summary>One caption of every sample, as words of a small vocabulary, and as what an encoder of sentences that is trained already makes of it.</summary>
/// <param name="words">Numbers in the vocabulary, int64 `[N, L]`.</param>
/// <param name="sentence">A vector a caption, `[N, E]`.</param>
/// <param name="name">The group and number of the view.</param>
public sealed class CaptionView(Tensor words, Tensor sentence, string name) : View(words, name)
{
    /// <summary>A vector a caption, `[N, E]`.</summary>
    public Tensor Sentence { get; } = sentence;

    /// <summary>The same captions with other words.</summary>
    public override View With(Tensor x) => new CaptionView(x, Sentence, Name);

    /// <inheritdoc/>
    public override View To(Device device) => new CaptionView(X.To(device), Sentence.To(device), Name);

    /// <inheritdoc/>
    public override View Rows(Tensor index) => new CaptionView(X.IndexSelect(0, index), Sentence.IndexSelect(0, index), Name);

    /// <inheritdoc/>
    public override View Part(long first, long count) => new CaptionView(X.Narrow(0, first, count), Sentence.Narrow(0, first, count), Name);

    /// <inheritdoc/>
    protected override View Join(IReadOnlyList<View> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        CaptionView[] all = [this, .. others.Cast<CaptionView>()];
        return new CaptionView(Tensor.Cat([.. all.Select(v => v.X)]), Tensor.Cat([.. all.Select(v => v.Sentence)]), Name);
    }
}
