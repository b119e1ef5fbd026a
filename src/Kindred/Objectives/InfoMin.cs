using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>InfoMin's game: encoders estimate what two views share, a view generator makes them share less, without losing the labels.</summary>
/// <remarks>
/// Tian et al., "What Makes for Good Views for Contrastive Learning?", arXiv:2005.10243, Sec. 4: min over g of max over f of I_NCE(f₁(v₁), f₂(v₂)),
/// I_NCE = ln N − L_NCE, semi-supervised with a cross-entropy on each view. The encoders minimise L_NCE, which is <see cref="InfoNce.InBatch"/> in both directions.
/// </remarks>
public static class InfoMin
{
    /// <summary>ln N − L_NCE: the estimate of what the views share.</summary>
    /// <param name="encoderLoss">From <see cref="InfoNce.InBatch"/>, symmetric.</param>
    /// <param name="samples">N.</param>
    public static Tensor Information(Tensor encoderLoss, long samples) => Math.Log(samples) - encoderLoss;

    /// <summary>What the generator minimises: the information, plus the cross-entropies of both views on the labelled samples.</summary>
    /// <param name="information">From <see cref="Information"/>.</param>
    /// <param name="logits1">Classifier on the first views, `[N, C]`; null without labels.</param>
    /// <param name="logits2">Classifier on the second views, `[N, C]`.</param>
    /// <param name="labels">int64 `[N]`, negative where unlabelled.</param>
    public static Tensor Loss(Tensor information, Tensor? logits1 = null, Tensor? logits2 = null, Tensor? labels = null)
        => logits1 is null || logits2 is null || labels is null ? information : information + Supervised(logits1, logits2, labels);

    /// <summary>Sum of the two views' mean cross-entropies over the labelled samples; 0 where none is labelled.</summary>
    /// <param name="logits1">`[N, C]`.</param>
    /// <param name="logits2">`[N, C]`.</param>
    /// <param name="labels">int64 `[N]`, negative where unlabelled.</param>
    public static Tensor Supervised(Tensor logits1, Tensor logits2, Tensor labels) =>
        CrossEntropy.Loss(logits1, labels) + CrossEntropy.Loss(logits2, labels);
}
