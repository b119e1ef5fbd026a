using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>SimCLR's margin triplet: every negative should be less similar than the positive by a margin.</summary>
/// <remarks>
/// SimCLR, arXiv:2002.05709, Table 2: ℓᵢ = max(0, s₋ − s₊ + m), averaged over the 2N − 2 negatives of a row, or of the one semi-hard negative
/// (FaceNet): the most similar one with s₊ − m &lt; s₋ &lt; s₊. A row without one has loss 0.
/// </remarks>
public static class MarginTriplet
{
    /// <summary>The loss, mean over rows.</summary>
    /// <param name="z">[2N, D], view-major; normalised here.</param>
    /// <param name="margin">m, in units of cosine.</param>
    /// <param name="mining">Which negatives.</param>
    public static Tensor Loss(Tensor z, double margin = 0.4, NegativeMining mining = NegativeMining.All) =>
        PerAnchor(z, margin, mining).Mean();

    /// <summary>The loss of each row: [2N].</summary>
    public static Tensor PerAnchor(Tensor z, double margin = 0.4, NegativeMining mining = NegativeMining.All)
    {
        var views = new PairedViews(z);
        var match = views.Match.Unsqueeze(1);
        if (mining == NegativeMining.All)
            return views.Mean((views.Similarity - match + margin).Relu());
        var inside = views.Similarity.Lt(match).LogicalAnd(views.Similarity.Gt(match - margin));
        return views.AtHardest(views.Negative.LogicalAnd(inside), s => (s - views.Match + margin).Relu());
    }
}
