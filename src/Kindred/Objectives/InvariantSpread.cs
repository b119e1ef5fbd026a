using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>Invariant and spreading: an augmented image must be recognised as its source, other images must not be.</summary>
/// <remarks>
/// Ye, Zhang, Yuen, Chang, arXiv:1904.03436, Eq. 3–6. log(1 − P) is taken as the log-sum-exp over the others minus the whole, so it stays finite
/// when P is 1 to the last digit. A batch of one image has nothing to spread and nothing to confuse: loss 0.
/// </remarks>
public static class InvariantSpread
{
    /// <summary>The official code's form: all 2B rows are anchors, the softmax runs over the other 2B − 1.</summary>
    /// <remarks>−(1/2B) Σᵢ [log Pᵢ(pos) + m Σ_{j ≠ i, pos} log(1 − Pᵢ(j))], P's denominator eˢ⁽ᵖᵒˢ⁾ + m Σ_{j ≠ i, pos} eˢ⁽ʲ⁾.</remarks>
    /// <param name="z">[2B, D], view-major; normalised here.</param>
    /// <param name="temperature">τ.</param>
    /// <param name="oneSided">Gradient only through the anchor, as the code does (its right factor is detached).</param>
    /// <param name="negativeWeight">m, at least 1: each negative counts as m (the code's <c>batch-m</c>). Below 1 a probability could pass 1.</param>
    public static Tensor Loss(Tensor z, double temperature = 0.1, bool oneSided = true, double negativeWeight = 1)
    {
        var (invariance, spread) = Terms(z, temperature, oneSided, negativeWeight);
        return invariance + spread;
    }

    /// <summary>The two terms of <see cref="Loss"/>.</summary>
    /// <param name="z">[2B, D], view-major; normalised here.</param>
    /// <param name="temperature">τ.</param>
    /// <param name="oneSided">Gradient only through the anchor.</param>
    /// <param name="negativeWeight">m, at least 1.</param>
    public static (Tensor Invariance, Tensor Spread) Terms(Tensor z, double temperature = 0.1, bool oneSided = true, double negativeWeight = 1)
    {
        Require.Temperature(temperature);
        if (!(negativeWeight >= 1) || double.IsInfinity(negativeWeight))
            throw new ArgumentOutOfRangeException(nameof(negativeWeight), negativeWeight, "each negative counts as m of its kind: give a number of at least 1, below which a probability could pass 1");
        z = Rowwise.Unit(z);
        var rows = z.Size(0);
        if (rows % 2 != 0)
            throw new ArgumentException($"two views give an even number of rows; got {rows}", nameof(z));
        var self = Masks.Self(rows, z);
        var logits = Masks.Without(Pairwise.Dot(z, oneSided ? z.Detach() : z) / temperature, self);
        var partner = self.Roll([rows / 2], [1]);
        var negative = self.LogicalOr(partner).LogicalNot();
        var match = logits.MaskedFill(partner.LogicalNot(), 0).Sum(1);
        var all = Weighed(logits, negative, negativeWeight).Logsumexp([1]);
        var spread = -Spread(logits, negative, negativeWeight) / rows;
        return ((all - match).Sum() / rows, negativeWeight == 1 ? spread : spread * negativeWeight);
    }

    /// <summary>The paper's form, summed over the batch: the copies are classified among the sources, the sources among themselves.</summary>
    /// <remarks>−Σᵢ log P(i | x̂ᵢ) − Σᵢ Σ_{j≠i} log(1 − P(i | xⱼ)).</remarks>
    /// <param name="source">[B, D], normalised here.</param>
    /// <param name="copy">[B, D], augmented versions of the same images.</param>
    /// <param name="temperature">τ.</param>
    public static Tensor Paper(Tensor source, Tensor copy, double temperature = 0.1)
    {
        var (invariance, spread) = PaperTerms(source, copy, temperature);
        return invariance + spread;
    }

    /// <summary>The two terms of <see cref="Paper"/>, each a sum over the batch.</summary>
    /// <param name="source">[B, D], normalised here.</param>
    /// <param name="copy">[B, D], augmented versions of the same images.</param>
    /// <param name="temperature">τ.</param>
    public static (Tensor Invariance, Tensor Spread) PaperTerms(Tensor source, Tensor copy, double temperature = 0.1)
    {
        Require.Temperature(temperature);
        var (f, g) = (Rowwise.Unit(source), Rowwise.Unit(copy));
        var invariance = CrossEntropy.Diagonal(Pairwise.Dot(g, f) / temperature).Sum();
        var among = Pairwise.Dot(f, f) / temperature;
        return (invariance, -Spread(among, Masks.Self(f.Size(0), f).LogicalNot()));
    }

    static Tensor Weighed(Tensor logits, Tensor chosen, double weight) => weight == 1 ? logits : Tensor.Where(chosen, logits + Math.Log(weight), logits);

    /// <summary>Σ log(1 − P) over the chosen entries. Only the largest P of a row can exceed ½; its complement is summed without it.</summary>
    /// <remarks>Chosen entries count m-fold in the denominator; of the largest m − 1 stay when it is taken out.</remarks>
    static Tensor Spread(Tensor logits, Tensor chosen, double weight = 1)
    {
        var weighed = Weighed(logits, chosen, weight);
        var all = weighed.Logsumexp([1], keepdim: true);
        var largest = chosen.ZerosLike().Scatter(1, logits.Detach().Argmax(1, keepdim: true), true);
        var rest = weight == 1
            ? Masks.Without(logits, largest)
            : Tensor.Where(largest.LogicalAnd(chosen), logits + Math.Log(weight - 1), Masks.Without(weighed, largest.LogicalAnd(chosen.LogicalNot())));
        var withoutLargest = rest.Logsumexp([1], keepdim: true);
        var direct = (-(logits - all).MaskedFill(largest.LogicalOr(chosen.LogicalNot()), Masks.Excluded).Exp()).Log1p();
        var complement = Tensor.Where(largest, withoutLargest - all, direct);
        return complement.MaskedFill(chosen.LogicalNot(), 0).Sum();
    }
}
