using Kindred.Numerics;
using Kindred.Similarities;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>DrLIM: similar pairs are springs of rest length 0, dissimilar ones push each other to a distance of at least the margin.</summary>
/// <remarks>
/// Hadsell, Chopra, LeCun, "Dimensionality Reduction by Learning an Invariant Mapping", CVPR 2006, Eq. 4, with D = |x₁ − x₂| and
/// y = 0 for similar, 1 for dissimilar pairs: L = (1 − y) D² / 2 + y max(0, m − D)² / 2.
/// At D = 0 the gradient is 0: coincident dissimilar rows have no direction to part in.
/// </remarks>
public static class ContrastiveMargin
{
    /// <summary>The loss over pairs.</summary>
    /// <param name="x1">[N, D], one side of each pair; both sides get the gradient.</param>
    /// <param name="x2">[N, D], the other side.</param>
    /// <param name="dissimilar">[N], 0 = similar, 1 = dissimilar (many libraries mean the opposite).</param>
    /// <param name="margin">m, on the scale of the embeddings.</param>
    /// <param name="reduction">No pairs give 0.</param>
    /// <param name="similarity">Gives D; null for the paper's Euclidean distance. Of the cosine, D = 1 − cos.</param>
    /// <exception cref="ArgumentException">The similarity has no value for coinciding rows (inner products).</exception>
    public static Tensor Loss(Tensor x1, Tensor x2, Tensor dissimilar, double margin = 1, Reduction reduction = Reduction.Mean, Similarity? similarity = null) =>
        reduction.Apply(PerPair(Distance(x1, x2, similarity), dissimilar, margin));

    /// <summary>The loss of each pair from its distance: [N].</summary>
    public static Tensor PerPair(Tensor distance, Tensor dissimilar, double margin = 1)
    {
        var push = (-distance + margin).Relu().Square() * 0.5;
        return Tensor.Where(dissimilar.Ne(0), push, distance.Square() * 0.5);
    }

    /// <summary>D for each pair, |x₁ − x₂| unless another similarity is given: [N].</summary>
    public static Tensor Distance(Tensor x1, Tensor x2, Similarity? similarity = null) =>
        similarity is null ? Rowwise.Distance(x1, x2) : similarity.Distances(similarity.Pairs(x1, x2));

    /// <summary>−dL/dD, the force along each pair: negative pulls together, positive pushes apart.</summary>
    public static Tensor Force(Tensor distance, Tensor dissimilar, double margin = 1) =>
        Tensor.Where(dissimilar.Ne(0), (-distance + margin).Relu(), -distance);

    /// <summary>The linear form over all pairs of a labelled batch: hinges on D, each side averaged over its non-zero terms.</summary>
    /// <remarks>mean⁺ max(0, D − m₊) over similar + mean⁺ max(0, m − D) over dissimilar ordered pairs, i ≠ j. A side without terms counts 0.</remarks>
    /// <param name="x">[N, D].</param>
    /// <param name="labels">[N]; a negative one is a class of its own (<see cref="Labels"/>).</param>
    /// <param name="positiveMargin">m₊: similar pairs closer than this are left alone.</param>
    /// <param name="margin">m.</param>
    /// <param name="normalize">Rows to unit length first.</param>
    /// <param name="similarity">Gives D; null for Euclidean distance.</param>
    public static Tensor AllPairs(Tensor x, Tensor labels, double positiveMargin = 0, double margin = 1, bool normalize = true, Similarity? similarity = null)
    {
        x = Rowwise.Unit(x, normalize);
        var distances = similarity is null ? Pairwise.Distance(x, x) : similarity.Distances(similarity.Matrix(x, x));                                   // [N, N]
        var same = Labels.Same(labels, labels);
        var self = Masks.Self(x.Size(0), x);
        var pull = (distances - positiveMargin).Relu().MaskedFill(same.LogicalNot().LogicalOr(self), 0);
        var push = (-distances + margin).Relu().MaskedFill(same.LogicalOr(self), 0);
        return Reduction.MeanOfPositive.Apply(pull) + Reduction.MeanOfPositive.Apply(push);
    }
}
