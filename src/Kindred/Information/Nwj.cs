using Kindred.Torch;

namespace Kindred.Information;

/// <summary>The lower bound E_joint[T] − E_marginal[exp(T − 1)]: looser than Donsker–Varadhan, but its mini-batch gradient is unbiased.</summary>
/// <remarks>
/// Nguyen, Wainwright, Jordan, arXiv:0809.0853; MINE-f: arXiv:1801.04062, eq. 9. In nats; at the optimum T = 1 + ln(joint / marginals).
/// exp is continued by its tangent where it would leave the range of the dtype (T &gt; 70 in float32, 690 in float64), so loss and gradient stay finite.
/// </remarks>
public static class Nwj
{
    /// <summary>The estimate, a scalar.</summary>
    /// <param name="joint">Critic scores of true pairs, `[N]`.</param>
    /// <param name="marginal">Critic scores of independent pairs, `[M]`.</param>
    public static Tensor Value(Tensor joint, Tensor marginal) => joint.Mean() - BoundedExp(marginal - 1).Mean();

    /// <summary>The estimate from all pairs of a batch: the diagonal is true, the rest (or everything) independent.</summary>
    /// <param name="scores">`[N, N]`, row x, column y.</param>
    /// <param name="negatives">Which entries stand for the product of the marginals.</param>
    public static Tensor Value(Tensor scores, Negatives negatives) => Value(Pairs.Joint(scores), Pairs.Marginal(scores, negatives));

    /// <summary>Minus the estimate.</summary>
    /// <param name="joint">Critic scores of true pairs, `[N]`.</param>
    /// <param name="marginal">Critic scores of independent pairs, `[M]`.</param>
    public static Tensor Loss(Tensor joint, Tensor marginal) => -Value(joint, marginal);

    static Tensor BoundedExp(Tensor x)
    {
        var limit = x.Dtype == Dtype.Float64 ? 690.0 : x.Dtype == Dtype.Float16 ? 4.0 : 70.0;
        var inside = x.ClampMax(limit);
        return inside.Exp() * (x - inside + 1);
    }
}
