using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Similarities;

/// <summary>The inner product x·y.</summary>
public sealed class Dot : Similarity
{
    /// <inheritdoc/>
    public override bool LargerIsCloser => true;

    /// <inheritdoc/>
    public override double? OfItself => null;

    /// <inheritdoc/>
    public override Tensor Matrix(Tensor x, Tensor y) => Pairwise.Dot(x, y);

    /// <inheritdoc/>
    public override Tensor Pairs(Tensor x, Tensor y) => Rowwise.Dot(x, y);
}
