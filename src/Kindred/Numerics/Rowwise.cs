using Kindred.Torch;

namespace Kindred.Numerics;

/// <summary>What is done row by row: unit length, and scores between row i of one tensor and row i of another. In float32 at least.</summary>
public static class Rowwise
{
    /// <summary>Rows to unit length, x / max(|x|, 1e-12); a zero row stays zero.</summary>
    /// <param name="x">[..., D].</param>
    /// <param name="normalize">Where false the rows stay as they are (but in float32 at least).</param>
    /// <returns>[..., D].</returns>
    public static Tensor Unit(Tensor x, bool normalize = true) => normalize ? Stable.Wide(x).Normalize() : Stable.Wide(x);

    /// <summary>Inner products row by row: [..., D] and [..., D] → [...]; for unit rows the cosine.</summary>
    public static Tensor Dot(Tensor a, Tensor b) => (Stable.Wide(a) * Stable.Wide(b)).Sum(-1);

    /// <summary>Euclidean distances row by row: [..., D] and [..., D] → [...]; gradient zero where two rows coincide.</summary>
    public static Tensor Distance(Tensor a, Tensor b) => Stable.Root((Stable.Wide(a) - Stable.Wide(b)).Square().Sum(-1));
}
