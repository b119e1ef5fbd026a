using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Similarities;

/// <summary>A learned distance √((x − y)ᵀ M (x − y)) with M = Lᵀ L, hence never negative: the Euclidean distance after x Lᵀ. L = I is Euclidean.</summary>
public sealed class Mahalanobis : Similarity
{
    readonly Parameter factor;

    /// <summary>L starts as the identity (its first rows, when the rank is lower).</summary>
    /// <param name="dim">Width of the rows.</param>
    /// <param name="rank">Rows of L; null for as many as the width.</param>
    public Mahalanobis(long dim, long? rank = null) => factor = new(Tensor.Eye(rank ?? dim, dim, dtype: Dtype.Float32));

    /// <summary>L [rank, D].</summary>
    public Parameter Factor => factor;

    /// <inheritdoc/>
    public override bool LargerIsCloser => false;

    /// <inheritdoc/>
    public override double? OfItself => 0;

    /// <inheritdoc/>
    public override Tensor Matrix(Tensor x, Tensor y) => Matrix(x, y, factor.Value);

    /// <inheritdoc/>
    public override Tensor Pairs(Tensor x, Tensor y) => Rowwise.Distance(Pairwise.Dot(x, factor.Value), Pairwise.Dot(y, factor.Value));

    /// <summary>The distance with a given L [rank, D]: [N, D] and [M, D] → [N, M].</summary>
    public static Tensor Matrix(Tensor x, Tensor y, Tensor factor) =>
        Pairwise.Distance(Pairwise.Dot(x, factor), Pairwise.Dot(y, factor));
}
