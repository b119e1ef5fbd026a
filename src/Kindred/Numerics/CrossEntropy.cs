using Kindred.Torch;

namespace Kindred.Numerics;

/// <summary>Minus the log-probability that a softmax over scores gives to the right one, through log-sum-exp.</summary>
public static class CrossEntropy
{
    /// <summary>Minus the log-probability of one column per row.</summary>
    /// <param name="logits">[N, M].</param>
    /// <param name="columns">int64 [N], each 0 … M − 1.</param>
    /// <returns>[N].</returns>
    public static Tensor PerRow(Tensor logits, Tensor columns) =>
        logits.Logsumexp([-1]) - logits.Gather(-1, columns.Unsqueeze(-1)).Squeeze(-1);

    /// <summary>Minus the log-probability of column i + offset in row i: each row's own partner among all.</summary>
    /// <param name="logits">[N, M], M of at least N + offset.</param>
    /// <param name="offset">Where row 0's partner stands.</param>
    /// <returns>[N].</returns>
    public static Tensor Diagonal(Tensor logits, long offset = 0) =>
        logits.Logsumexp([-1]) - logits.Diagonal(offset);
}
