using Kindred.Numerics;
using Kindred.Similarities;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>Triplet loss: an anchor must be closer to its positive than to its negative, by a margin.</summary>
/// <remarks>
/// Schroff, Kalenichenko, Philbin, FaceNet, arXiv:1503.03832, Eq. 2–4: L = max(0, d(a, p) − d(a, n) + m), squared Euclidean distances of
/// unit rows, m = 0.2. Soft margin: log(1 + e^(d(a,p) − d(a,n))), without m (Hermans, Beyer, Leibe, arXiv:1703.07737, Sec. 2).
/// No triplet gives loss 0 with zero gradient; coincident rows have gradient 0.
/// </remarks>
public static class Triplet
{
    /// <summary>The loss of given triplets.</summary>
    /// <param name="anchor">[T, D].</param>
    /// <param name="positive">[T, D].</param>
    /// <param name="negative">[T, D].</param>
    /// <param name="margin">m.</param>
    /// <param name="similarity">Gives d; null for FaceNet's squared Euclidean distance. Where larger is closer, d is its negative.</param>
    /// <param name="normalize">Rows to unit length first.</param>
    /// <param name="softMargin">Softplus in place of the hinge; ignores <paramref name="margin"/>.</param>
    /// <param name="reduction">How the T losses become one.</param>
    public static Tensor Loss(Tensor anchor, Tensor positive, Tensor negative, double margin = 0.2, Similarity? similarity = null,
        bool normalize = true, bool softMargin = false, Reduction reduction = Reduction.Mean) =>
        reduction.Apply(Hinge(Gap(anchor, positive, negative, similarity, normalize), margin, softMargin));

    /// <summary>The loss of the triplets mined from a labelled batch.</summary>
    /// <param name="x">[N, D].</param>
    /// <param name="labels">[N].</param>
    /// <param name="mining">Which triplets; mined on distances without gradient.</param>
    /// <param name="margin">m, for mining and for the hinge.</param>
    /// <param name="similarity">Gives d, for both; null for FaceNet's squared Euclidean distance.</param>
    /// <param name="normalize">Rows to unit length first.</param>
    /// <param name="softMargin">Softplus in place of the hinge.</param>
    /// <param name="reduction"><see cref="Reduction.MeanOfPositive"/> suits <see cref="TripletMining.All"/>.</param>
    public static Tensor Loss(Tensor x, Tensor labels, TripletMining mining = TripletMining.FaceNetSemiHard, double margin = 0.2,
        Similarity? similarity = null, bool normalize = true, bool softMargin = false, Reduction reduction = Reduction.Mean)
    {
        var distances = Distances(x, x, similarity, normalize);
        return Loss(distances, TripletMiner.Mine(distances, labels, mining, margin), margin, softMargin, reduction);
    }

    /// <summary>The loss of chosen entries of a matrix of distances.</summary>
    /// <param name="distances">[N, M].</param>
    /// <param name="triplets">[T, 3] from <see cref="TripletMiner"/>.</param>
    /// <param name="margin">m.</param>
    /// <param name="softMargin">Softplus in place of the hinge.</param>
    /// <param name="reduction">How the T losses become one.</param>
    public static Tensor Loss(Tensor distances, Tensor triplets, double margin, bool softMargin, Reduction reduction) =>
        reduction.Apply(Hinge(TripletMiner.Gap(distances, triplets), margin, softMargin));

    /// <summary>The distances that mining and loss share (larger-is-closer similarities with their sign turned): [N, M].</summary>
    public static Tensor Distances(Tensor x, Tensor y, Similarity? similarity = null, bool normalize = true)
    {
        similarity ??= new SquaredEuclidean();
        return similarity.Costs(similarity.Matrix(Rowwise.Unit(x, normalize), Rowwise.Unit(y, normalize)));
    }

    /// <summary>d(a, n) − d(a, p) of given triplets: [T].</summary>
    public static Tensor Gap(Tensor anchor, Tensor positive, Tensor negative, Similarity? similarity = null, bool normalize = true)
    {
        similarity ??= new SquaredEuclidean();
        var a = Rowwise.Unit(anchor, normalize);
        return similarity.Costs(similarity.Pairs(a, Rowwise.Unit(negative, normalize)) - similarity.Pairs(a, Rowwise.Unit(positive, normalize)));
    }

    static Tensor Hinge(Tensor gap, double margin, bool soft) => soft ? Stable.Softplus(-gap) : (-gap + margin).Relu();
}
