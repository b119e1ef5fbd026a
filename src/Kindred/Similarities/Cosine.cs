using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Similarities;

/// <summary>The cosine of the angle between rows, in [−1, 1].</summary>
/// <remarks>x·y / (max(|x|, ε) max(|y|, ε)); a zero row has similarity 0 to everything.</remarks>
/// <param name="eps">ε.</param>
public sealed class Cosine(double eps = 1e-8) : Similarity
{
    /// <inheritdoc/>
    public override bool LargerIsCloser => true;

    /// <inheritdoc/>
    public override double? OfItself => 1;

    /// <inheritdoc/>
    public override Tensor Matrix(Tensor x, Tensor y) => Pairwise.Cosine(x, y, eps);

    /// <inheritdoc/>
    public override Tensor Pairs(Tensor x, Tensor y) => Rowwise.Dot(Stable.Wide(x).Normalize(eps), Stable.Wide(y).Normalize(eps));
}
