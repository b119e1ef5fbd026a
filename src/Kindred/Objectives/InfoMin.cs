using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>InfoMin's game: encoders estimate what two views share, a view generator makes them share less, without losing the labels.</summary>
/// <remarks>
/// Tian et al., "What Makes for Good Views for Contrastive Learning?", arXiv:2005.10243, Sec. 4: min over g of max over f of I_NCE(f₁(v₁), f₂(v₂)),
/// I_NCE = ln N − L_NCE, semi-supervised with a cross-entropy on each view. L_NCE is the mean of both directions.
/// </remarks>
public static class InfoMin
{
    /// <summary>What the encoders minimise: symmetric InfoNCE over cosine / t, at least ln N − I.</summary>
    /// <param name="view1">Embeddings of the first views, `[N, D]`; normalised here.</param>
    /// <param name="view2">Embeddings of the second views, `[N, D]`.</param>
    /// <param name="temperature">t &gt; 0.</param>
    public static Tensor EncoderLoss(Tensor view1, Tensor view2, double temperature = 0.2)
    {
        Require.Temperature(temperature);
        var scores = Pairwise.Dot(Rowwise.Unit(view1), Rowwise.Unit(view2)) / temperature;
        return ((scores.Logsumexp(1) + scores.Logsumexp(0)) / 2 - scores.Diagonal()).Mean();
    }

    /// <summary>ln N − L_NCE: the estimate of what the views share.</summary>
    /// <param name="encoderLoss">From <see cref="EncoderLoss"/>.</param>
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
    public static Tensor Supervised(Tensor logits1, Tensor logits2, Tensor labels)
    {
        var targets = labels.MaskedFill(labels.Lt(0), TokenLikelihood.Ignored);
        return TokenLikelihood.Loss(logits1, targets) + TokenLikelihood.Loss(logits2, targets);
    }
}
