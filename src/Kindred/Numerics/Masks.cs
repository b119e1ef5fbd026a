using Kindred.Torch;

namespace Kindred.Numerics;

/// <summary>Which scores a softmax sees.</summary>
public static class Masks
{
    /// <summary>Stands for minus infinity under a softmax: it vanishes like it, but a row of nothing else still has a gradient (zero).</summary>
    public const double Excluded = -1e30;

    /// <summary>Takes scores out of a softmax.</summary>
    /// <param name="scores">[N, M].</param>
    /// <param name="mask">[N, M] bool (or what broadcasts to it): true is taken out.</param>
    /// <returns>[N, M].</returns>
    public static Tensor Without(Tensor scores, Tensor mask) => scores.MaskedFill(mask, Excluded);

    /// <summary>The diagonal of an [N, N] matrix as a bool mask.</summary>
    /// <param name="rows">N.</param>
    /// <param name="like">A tensor on the device wanted.</param>
    public static Tensor Self(long rows, Tensor like) => Tensor.Eye(rows, dtype: Dtype.Bool, device: like.Device);
}
