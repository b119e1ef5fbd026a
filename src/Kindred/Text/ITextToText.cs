using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Text;

/// <summary>What reads a text and writes another: a sequence-to-sequence network, or a method that trained one.</summary>
public interface ITextToText
{
    /// <summary>The scores of each real token of each text, given its source and the tokens before it.</summary>
    /// <param name="source">What is read.</param>
    /// <param name="target">What is to be written, its end included; as many texts.</param>
    /// <returns>`[M, V]`, a row for each of the M real tokens, text after text: what fills up costs nothing.</returns>
    Tensor Logits(TextView source, TextView target);

    /// <summary>Writes a text for each source.</summary>
    /// <param name="source">What is read.</param>
    /// <param name="how">How it is looked for.</param>
    /// <returns>Tokens without the end, at least one each.</returns>
    int[][] Write(TextView source, Writing how);
}

/// <summary>How a text is looked for among all that could be written.</summary>
/// <param name="Beams">Beginnings that are followed side by side; 1 takes the likeliest token each time.</param>
/// <param name="Length">Tokens at most, the end included.</param>
/// <param name="LengthPenalty">α: finished texts compare by their log-likelihood divided by their length, the end included, to the power of α.</param>
/// <param name="NoRepeat">A run of so many tokens is not written twice; 0 allows it.</param>
public sealed record Writing(int Beams = 1, int Length = 32, double LengthPenalty = 0.6, int NoRepeat = 0);

/// <summary>Texts as what is to be written.</summary>
public static class Targets
{
    /// <summary>The real tokens, text after text, `[M]`.</summary>
    /// <param name="text">Any texts.</param>
    public static Tensor Of(TextView text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.X.Flatten().IndexSelect(0, Places(text));
    }

    /// <summary>Where they stand among all places, `[M]`.</summary>
    /// <param name="text">Any texts.</param>
    public static Tensor Places(TextView text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Mask.Flatten().Nonzero().Squeeze(1);
    }

    /// <summary>An answer in which the tokens of some texts do not count (−100), `[M]`.</summary>
    /// <param name="answer">From <see cref="Of"/>.</param>
    /// <param name="text">The texts.</param>
    /// <param name="rows">Which texts do not count, `N` of them.</param>
    internal static Tensor Without(Tensor answer, TextView text, bool[] rows)
    {
        var marks = Tensor.From<long>(Array.ConvertAll(rows, r => r ? 1L : 0), [rows.Length, 1]).To(answer.Device).Expand(text.X.Shape).Reshape([-1]);
        return answer.MaskedFill(marks.IndexSelect(0, Places(text)).Ne(0), -100);
    }

    /// <summary>How likely each text is to be written.</summary>
    /// <param name="model">What writes.</param>
    /// <param name="source">What is read.</param>
    /// <param name="target">What would be written, its end included.</param>
    /// <param name="mean">Whether the mean over its tokens is taken instead of their sum: for texts of different lengths.</param>
    /// <returns>Log-likelihoods, `[N]`.</returns>
    public static Tensor LogLikelihood(this ITextToText model, TextView source, TextView target, bool mean = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(target);
        var lost = CrossEntropy.PerRow(Stable.Wide(model.Logits(source, target)), Of(target));
        var sums = Tensor.Zeros([target.X.Numel], lost.Dtype, lost.Device).IndexAdd(0, Places(target), lost).View(target.X.Shape).Sum(1);
        return mean ? -sums / target.Mask.Sum(1) : -sums;
    }
}
