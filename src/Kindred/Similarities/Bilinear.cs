using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Similarities;

/// <summary>A learned score xᵀ W y between rows that may have different widths. W = I is the inner product.</summary>
public sealed class Bilinear : Similarity
{
    readonly Parameter weight;

    /// <summary>W uniform in ±1/√(width of y), as a linear layer starts.</summary>
    /// <param name="left">Width of x.</param>
    /// <param name="right">Width of y.</param>
    public Bilinear(long left, long right)
    {
        var bound = 1 / Math.Sqrt(right);
        weight = new(Tensor.Rand([left, right], dtype: Dtype.Float32) * (2 * bound) - bound);
    }

    /// <summary>W [left, right].</summary>
    public Parameter Weight => weight;

    /// <inheritdoc/>
    public override bool LargerIsCloser => true;

    /// <inheritdoc/>
    public override double? OfItself => null;

    /// <inheritdoc/>
    public override Tensor Matrix(Tensor x, Tensor y) => Matrix(x, y, weight.Value);

    /// <inheritdoc/>
    public override Tensor Pairs(Tensor x, Tensor y) => Rowwise.Dot(Stable.Matmul(x, weight.Value), y);

    /// <summary>xᵀ W y with a given W [left, right]: [N, left] and [M, right] → [N, M].</summary>
    public static Tensor Matrix(Tensor x, Tensor y, Tensor weight) => Pairwise.Dot(Stable.Matmul(x, weight), y);
}
