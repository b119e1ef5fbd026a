using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>BYOL: the online network regresses the target network's projection of the other view, both at unit length.</summary>
/// <remarks>
/// Grill et al., arXiv:2006.07733, Eq. 2: |u(p) − u(t)|² = 2 − 2 cos(p, t), mean over the batch, the two directions added. Targets are behind a
/// stop-gradient. As in the official code u guards |x|² at 1e-12, so a zero row costs 2 at most and its gradient is finite.
/// </remarks>
public static class NormalizedRegression
{
    /// <summary>Both directions: each prediction against the other view's target.</summary>
    /// <param name="prediction1">[B, D], q(g(f(x₁))).</param>
    /// <param name="prediction2">[B, D].</param>
    /// <param name="target1">[B, D], the target's projection of x₁; detached here.</param>
    /// <param name="target2">[B, D].</param>
    public static Tensor Loss(Tensor prediction1, Tensor prediction2, Tensor target1, Tensor target2) =>
        Loss(prediction1, target2) + Loss(prediction2, target1);

    /// <summary>One direction: mean |u(p) − u(sg t)|².</summary>
    public static Tensor Loss(Tensor prediction, Tensor target) => (Unit(prediction) - Unit(target.Detach())).Square().Sum(-1).Mean();

    static Tensor Unit(Tensor x)
    {
        x = Stable.Wide(x);
        return x * x.Square().Sum([-1], keepdim: true).ClampMin(1e-12).Rsqrt();
    }
}
