using Kindred.Torch;

namespace Kindred.Numerics;

/// <summary>Scores of every row of one set with every row of another. In float32 at least, outside autocast.</summary>
public static class Pairwise
{
    /// <summary>All inner products: [N, D] and [M, D] → [N, M]; batches of both where there are leading dimensions.</summary>
    public static Tensor Dot(Tensor a, Tensor b)
    {
        using var _ = Autocast.Suspend(a.Device);
        return Stable.Wide(a).Matmul(Stable.Wide(b).Transpose(-2, -1));
    }

    /// <summary>All cosines, x·y / (max(|x|, ε) max(|y|, ε)): [N, D] and [M, D] → [N, M]; a zero row has similarity 0 to everything.</summary>
    /// <param name="a">[N, D].</param>
    /// <param name="b">[M, D].</param>
    /// <param name="eps">ε, above 0.</param>
    public static Tensor Cosine(Tensor a, Tensor b, double eps = 1e-8) => Dot(Stable.Wide(a).Normalize(eps), Stable.Wide(b).Normalize(eps));

    /// <summary>All Euclidean distances: [N, D] and [M, D] → [N, M]. From differences, not from inner products, which lose the digits of near neighbours; gradient zero where rows coincide.</summary>
    public static Tensor Distance(Tensor a, Tensor b) => Tensor.Cdist(Stable.Wide(a), Stable.Wide(b), 2, computeMode: 2);
}
