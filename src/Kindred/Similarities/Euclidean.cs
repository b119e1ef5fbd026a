using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Similarities;

/// <summary>The distance |x − y|, from differences: exact for near neighbours, gradient 0 where rows coincide.</summary>
public sealed class Euclidean : Similarity
{
    /// <inheritdoc/>
    public override bool LargerIsCloser => false;

    /// <inheritdoc/>
    public override double? OfItself => 0;

    /// <inheritdoc/>
    public override Tensor Matrix(Tensor x, Tensor y) => Pairwise.Distance(x, y);

    /// <inheritdoc/>
    public override Tensor Pairs(Tensor x, Tensor y) => Rowwise.Distance(x, y);
}

/// <summary>The squared distance |x − y|²; for unit rows 2 − 2 cos.</summary>
public sealed class SquaredEuclidean : Similarity
{
    /// <inheritdoc/>
    public override bool LargerIsCloser => false;

    /// <inheritdoc/>
    public override double? OfItself => 0;

    /// <inheritdoc/>
    public override Tensor Matrix(Tensor x, Tensor y) => Pairwise.Distance(x, y).Square();

    /// <inheritdoc/>
    public override Tensor Pairs(Tensor x, Tensor y) => (Stable.Wide(x) - Stable.Wide(y)).Square().Sum(-1);
}
