using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>Which triplets of a labelled batch are used. gap = d(a, n) − d(a, p).</summary>
public enum TripletMining
{
    /// <summary>Every valid triplet.</summary>
    All,

    /// <summary>gap &gt; margin: no loss.</summary>
    Easy,

    /// <summary>0 &lt; gap ≤ margin.</summary>
    SemiHard,

    /// <summary>gap ≤ 0.</summary>
    Hard,

    /// <summary>Per anchor its farthest positive and nearest negative (Hermans et al.).</summary>
    BatchHard,

    /// <summary>Per anchor its nearest positive and farthest negative.</summary>
    BatchEasy,

    /// <summary>Per anchor and positive the nearest negative beyond the positive; where there is none, the farthest negative.</summary>
    FaceNetSemiHard,
}

/// <summary>Finds triplets [T, 3] = (anchor, positive, negative) in a matrix of distances. Never differentiates.</summary>
/// <remarks>
/// Schroff, Kalenichenko, Philbin, FaceNet, arXiv:1503.03832, Sec. 3.2; Hermans, Beyer, Leibe, arXiv:1703.07737.
/// A triplet is valid when anchor and positive are two rows of one label and the negative has another; anchors that lack
/// either are skipped, so the answer can be empty. Ties go to the lower row.
/// </remarks>
public static class TripletMiner
{
    /// <summary>Mines a batch against itself.</summary>
    /// <param name="distances">[N, N].</param>
    /// <param name="labels">[N]; a negative one is a class of its own: no anchor, but a negative of others (<see cref="Labels"/>).</param>
    /// <param name="mining">Which triplets.</param>
    /// <param name="margin">Separates easy from semi-hard.</param>
    /// <returns>[T, 3] int64, T may be 0.</returns>
    public static Tensor Mine(Tensor distances, Tensor labels, TripletMining mining, double margin = 0.2)
    {
        var (same, self) = (Labels.Same(labels, labels), Masks.Self(labels.Size(0), labels));
        return Mine(distances, same.LogicalAnd(self.LogicalNot()), same.LogicalOr(self).LogicalNot(), mining, margin);
    }

    /// <summary>Mines anchors against a reference set, for example a cross-batch memory.</summary>
    /// <param name="distances">[N, M], anchors against references.</param>
    /// <param name="positive">[N, M] bool, which references may be positives.</param>
    /// <param name="negative">[N, M] bool, which may be negatives.</param>
    /// <param name="mining">Which triplets.</param>
    /// <param name="margin">Separates easy from semi-hard.</param>
    /// <returns>[T, 3] int64: anchor row, reference row of the positive, reference row of the negative.</returns>
    public static Tensor Mine(Tensor distances, Tensor positive, Tensor negative, TripletMining mining, double margin = 0.2)
    {
        using var _ = NoGradient.Begin();
        distances = distances.Detach();
        return mining switch
        {
            TripletMining.BatchHard => PerAnchor(distances, positive, negative, hard: true),
            TripletMining.BatchEasy => PerAnchor(distances, positive, negative, hard: false),
            TripletMining.FaceNetSemiHard => PerPair(distances, positive, negative),
            _ => Filter(distances, positive, negative, mining, margin),
        };
    }

    /// <summary>0 easy, 1 semi-hard, 2 hard, for each gap.</summary>
    public static Tensor Category(Tensor gap, double margin) => gap.Le(margin).To(Dtype.Int64) + gap.Le(0).To(Dtype.Int64);

    /// <summary>How many valid triplets of the batch are easy, semi-hard and hard: [3].</summary>
    public static Tensor Census(Tensor distances, Tensor labels, double margin)
    {
        using var _ = NoGradient.Begin();
        var triplets = Mine(distances, labels, TripletMining.All, margin);
        return Category(Gap(distances.Detach(), triplets), margin).Bincount(minlength: 3);
    }

    internal static Tensor Gap(Tensor distances, Tensor triplets) => At(distances, triplets, 2) - At(distances, triplets, 1);

    internal static Tensor At(Tensor distances, Tensor triplets, long role) =>
        distances.Flatten().IndexSelect(0, triplets.Select(1, 0) * distances.Size(1) + triplets.Select(1, role));

    static Tensor Filter(Tensor distances, Tensor positive, Tensor negative, TripletMining mining, double margin)
    {
        var pairs = positive.Nonzero();                                            // [P, 2]
        var candidates = negative.IndexSelect(0, pairs.Select(1, 0)).Nonzero();    // [T, 2] pair, negative
        var pair = pairs.IndexSelect(0, candidates.Select(1, 0));
        var triplets = Tensor.Stack([pair.Select(1, 0), pair.Select(1, 1), candidates.Select(1, 1)], 1);
        if (mining == TripletMining.All)
            return triplets;
        var wanted = mining switch { TripletMining.Easy => 0, TripletMining.SemiHard => 1, _ => 2 };
        var kept = Category(Gap(distances, triplets), margin).Eq(wanted).Nonzero().Flatten();
        return triplets.IndexSelect(0, kept);
    }

    static Tensor PerAnchor(Tensor distances, Tensor positive, Tensor negative, bool hard)
    {
        var sign = hard ? 1 : -1;
        var p = Best(distances * sign, positive);
        var n = Best(distances * -sign, negative);
        var anchors = positive.Any(1).LogicalAnd(negative.Any(1)).Nonzero().Flatten();
        return Tensor.Stack([anchors, p.IndexSelect(0, anchors), n.IndexSelect(0, anchors)], 1);
    }

    static Tensor PerPair(Tensor distances, Tensor positive, Tensor negative)
    {
        var pairs = positive.Nonzero();
        pairs = pairs.IndexSelect(0, negative.Any(1).IndexSelect(0, pairs.Select(1, 0)).Nonzero().Flatten());
        var anchor = pairs.Select(1, 0);
        var row = distances.IndexSelect(0, anchor);                                // [P, M]
        var reach = distances.Flatten().IndexSelect(0, anchor * distances.Size(1) + pairs.Select(1, 1)).Unsqueeze(1);
        var negatives = negative.IndexSelect(0, anchor);
        var beyond = negatives.LogicalAnd(row.Gt(reach));
        var chosen = Tensor.Where(beyond.Any(1), Best(-row, beyond), Best(row, negatives));
        return Tensor.Stack([anchor, pairs.Select(1, 1), chosen], 1);
    }

    /// <summary>The column of the largest allowed score in each row; any column where none is allowed.</summary>
    static Tensor Best(Tensor scores, Tensor allowed) => scores.MaskedFill(allowed.LogicalNot(), double.NegativeInfinity).Argmax(1);
}
