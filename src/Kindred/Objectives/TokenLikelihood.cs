using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>Cross-entropy of the next (or a masked) token, mean over the tokens that count.</summary>
/// <remarks>Teacher-forced sequence likelihood and the masked-language-model term; label −100 marks padding. No counted token: 0, not NaN.</remarks>
public static class TokenLikelihood
{
    /// <summary>The label of a position that does not count.</summary>
    public const long Ignored = -100;

    /// <summary>The mean negative log-likelihood.</summary>
    /// <param name="logits">`[.., V]`.</param>
    /// <param name="labels">int64 `[..]`, <see cref="Ignored"/> where nothing is predicted.</param>
    public static Tensor Loss(Tensor logits, Tensor labels)
    {
        var flat = labels.Reshape([-1]);
        var counted = flat.Ne(Ignored);
        var log = Stable.Wide(logits).Reshape([-1, logits.Size(-1)]).LogSoftmax(1);
        var own = log.Gather(1, flat.MaskedFill(counted.LogicalNot(), 0).Unsqueeze(1)).Squeeze(1);
        return -own.MaskedFill(counted.LogicalNot(), 0).Sum() / counted.Sum().ClampMin(1);
    }
}
