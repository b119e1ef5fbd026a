using Kindred.Torch;

namespace Kindred.Numerics;

/// <summary>Minus the log-probability that a softmax over scores gives to the right one, through log-sum-exp.</summary>
public static class CrossEntropy
{
    /// <summary>The loss of a classifier, or of the next token: the mean over the rows that have a label; 0 where none has.</summary>
    /// <param name="logits">[..., C].</param>
    /// <param name="labels">int64 [...], each 0 … C − 1; a negative one (−1 unlabelled, −100 padding) is left out.</param>
    /// <returns>A scalar.</returns>
    public static Tensor Loss(Tensor logits, Tensor labels)
    {
        var labelled = labels.Ge(0);
        var perRow = PerRow(Stable.Wide(logits), labels.ClampMin(0)).MaskedFill(labelled.LogicalNot(), 0);
        return perRow.Sum() / labelled.Sum().ClampMin(1);
    }

    /// <summary>Minus the log-probability of one column per row.</summary>
    /// <param name="logits">[..., M].</param>
    /// <param name="columns">int64 [...], each 0 … M − 1.</param>
    /// <returns>[...].</returns>
    public static Tensor PerRow(Tensor logits, Tensor columns) =>
        logits.Logsumexp([-1]) - logits.Gather(-1, columns.Unsqueeze(-1)).Squeeze(-1);

    /// <summary>Minus the log-probability of column i + offset in row i: each row's own partner among all.</summary>
    /// <param name="logits">[N, M], M of at least N + offset.</param>
    /// <param name="offset">Where row 0's partner stands.</param>
    /// <returns>[N].</returns>
    public static Tensor Diagonal(Tensor logits, long offset = 0) =>
        logits.Logsumexp([-1]) - logits.Diagonal(offset);
}
