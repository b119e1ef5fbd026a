using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>Debiased and hard-negative contrast: corrects for false negatives by a class prior, and weighs negatives by how hard they are.</summary>
/// <remarks>
/// Chuang et al. (DCL), arXiv:2007.00224, Eq. 7–8; Robinson et al. (HCL), arXiv:2010.04592, Eq. 4. With N = 2B − 2 negatives e^(s/t) and pos = e^(s₊/t):
/// N_g = (Σ wⱼ negⱼ / mean w − τ⁺ N pos) / (1 − τ⁺), w = neg^β, clamped from below at N e^(−1/t); L = mean −log pos / (pos + N_g).
/// β = 0 is DCL; τ⁺ = 0 and β = 0 is NT-Xent. In the log domain, as neg^(1+β) leaves float32 at (1 + β)/t &gt; 88. Where the clamp
/// holds, only the positive gets a gradient. A single pair has no negatives and loss 0.
/// </remarks>
public static class HardNegative
{
    /// <summary>The loss.</summary>
    /// <param name="z1">[B, D], view 1; normalised here.</param>
    /// <param name="z2">[B, D], view 2.</param>
    /// <param name="temperature">t.</param>
    /// <param name="prior">τ⁺ in [0, 1): the chance that a random row has the anchor's class.</param>
    /// <param name="hardness">β ≥ 0.</param>
    /// <param name="detachWeights">Stops the gradient through the weights w; the official code lets it flow.</param>
    public static Tensor Loss(Tensor z1, Tensor z2, double temperature = 0.5, double prior = 0.1, double hardness = 1, bool detachWeights = false)
    {
        var (match, negatives) = Logits(z1, z2, temperature);
        return PerAnchor(match, LogEstimate(match, negatives, temperature, prior, hardness, detachWeights)).Mean();
    }

    /// <summary>s/t: each row with its other view [2B], and with everything else [2B, 2B] (itself and its twin excluded).</summary>
    public static (Tensor Match, Tensor Negatives) Logits(Tensor z1, Tensor z2, double temperature = 0.5)
    {
        Require.Temperature(temperature);
        var views = new PairedViews(Tensor.Cat([z1, z2]));
        return (views.Match / temperature, Masks.Without(views.Similarity / temperature, views.Negative.LogicalNot()));
    }

    /// <summary>log N_g of the plain estimator, Σ negⱼ without prior, weights or clamp: [2B].</summary>
    public static Tensor LogPlain(Tensor negatives) => negatives.Logsumexp([1]);

    /// <summary>log N_g: [2B].</summary>
    /// <param name="match">[2B] from <see cref="Logits"/>.</param>
    /// <param name="negatives">[2B, 2B] from <see cref="Logits"/>.</param>
    /// <param name="temperature">t, for the clamp.</param>
    /// <param name="prior">τ⁺.</param>
    /// <param name="hardness">β.</param>
    /// <param name="detachWeights">Stops the gradient through the weights.</param>
    public static Tensor LogEstimate(Tensor match, Tensor negatives, double temperature = 0.5, double prior = 0.1, double hardness = 1,
        bool detachWeights = false)
    {
        if (prior is < 0 or >= 1)
            throw new ArgumentOutOfRangeException(nameof(prior), prior, "the class prior is a probability in [0, 1)");
        double count = negatives.Size(1) - 2;
        if (count == 0)
            return match.FullLike(Masks.Excluded);
        var allowed = negatives.Gt(Masks.Excluded / 2);
        var weights = Masks.Without((detachWeights ? negatives.Detach() : negatives) * hardness, allowed.LogicalNot());
        var hard = Masks.Without(weights + negatives, allowed.LogicalNot()).Logsumexp([1]) - weights.Logsumexp([1]) + Math.Log(count);
        if (prior == 0)
            return Floor(hard, count, temperature);
        var part = match + Math.Log(prior * count) - hard;              // log of what the prior takes away, relative to the sum
        var positive = part.Lt(0);
        var kept = (-part.MaskedFill(positive.LogicalNot(), -1).Exp()).Log1p();
        var estimate = (hard + kept - Math.Log(1 - prior)).MaskedFill(positive.LogicalNot(), Masks.Excluded);
        return Floor(estimate, count, temperature);
    }

    /// <summary>−log pos / (pos + N_g): [2B].</summary>
    public static Tensor PerAnchor(Tensor match, Tensor logEstimate) => Stable.Softplus(logEstimate - match);

    static Tensor Floor(Tensor estimate, double count, double temperature) => estimate.ClampMin(Math.Log(count) - 1 / temperature);
}
