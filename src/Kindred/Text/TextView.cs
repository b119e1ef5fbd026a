using Kindred.Torch;

namespace Kindred.Text;

/// <summary>One view of every sentence of a batch: numbers of word pieces, filled up on the right, and which of them are real.</summary>
/// <param name="tokens">Numbers in the vocabulary, int64 `[N, T]`.</param>
/// <param name="mask">True where a token is real, bool `[N, T]`; every sentence has one at least.</param>
/// <param name="name">The group and number of the view.</param>
public sealed class TextView(Tensor tokens, Tensor mask, string name) : AccompaniedView(tokens, mask, name)
{
    /// <summary>True where a token is real, bool `[N, T]`.</summary>
    public Tensor Mask => Beside;

    /// <inheritdoc/>
    public override SampleKinds Kind => SampleKinds.Sentences;

    /// <summary>Sentences of any length go through an encoder together: the shorter ones are filled up.</summary>
    public override string Shape => "tokens";

    /// <summary>Sentences laid side by side, as long as the longest.</summary>
    /// <param name="sentences">Numbers in the vocabulary; at least one each.</param>
    /// <param name="name">The group and number of the view.</param>
    public static TextView Of(IReadOnlyList<int[]> sentences, string name)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        var longest = sentences.Max(s => s.Length);
        long[] tokens = new long[sentences.Count * longest], real = new long[sentences.Count * longest];
        for (var i = 0; i < sentences.Count; i++)
            for (var t = 0; t < sentences[i].Length; t++) (tokens[(i * longest) + t], real[(i * longest) + t]) = (sentences[i][t], 1);
        return new(Tensor.From<long>(tokens, [sentences.Count, longest]), Tensor.From<long>(real, [sentences.Count, longest]).Ne(0), name);
    }

    /// <inheritdoc/>
    protected override View Of(Tensor x, Tensor beside) => new TextView(x, beside, Name);

    /// <inheritdoc/>
    protected override View Join(IReadOnlyList<View> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        TextView[] all = [this, .. others.Cast<TextView>()];
        var longest = all.Max(v => v.X.Size(1));
        return Of(Tensor.Cat([.. all.Select(v => Filled(v.X, longest))]), Tensor.Cat([.. all.Select(v => Filled(v.Mask, longest))]));
    }

    static Tensor Filled(Tensor rows, long longest) => rows.Size(1) == longest ? rows
        : Tensor.Cat([rows, Tensor.Zeros([rows.Size(0), longest - rows.Size(1)], rows.Dtype, rows.Device)], 1);
}
