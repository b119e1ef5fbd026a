using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>SimSiam: minus the cosine between a prediction and the other view's projection.</summary>
/// <remarks>
/// Chen, He, arXiv:2011.10566, Eq. 1–2: L = −½ [cos(p₁, sg z₂) + cos(p₂, sg z₁)], in [−1, 1]. Projections are behind a stop-gradient. A low
/// loss says nothing about collapse: watch the spread of z. A zero row has cosine 0.
/// </remarks>
public static class NegativeCosine
{
    /// <summary>Both directions.</summary>
    /// <param name="prediction1">[B, D].</param>
    /// <param name="prediction2">[B, D].</param>
    /// <param name="projection1">[B, D]; detached here.</param>
    /// <param name="projection2">[B, D].</param>
    public static Tensor Loss(Tensor prediction1, Tensor prediction2, Tensor projection1, Tensor projection2) =>
        (Loss(prediction1, projection2) + Loss(prediction2, projection1)) * 0.5;

    /// <summary>One direction: −mean cos(p, sg z).</summary>
    public static Tensor Loss(Tensor prediction, Tensor projection) =>
        -Rowwise.Dot(Rowwise.Unit(prediction), Rowwise.Unit(projection.Detach())).Mean();
}
