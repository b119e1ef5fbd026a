using Kindred.Torch;

namespace Kindred.Information;

/// <summary>The tightest lower bound on mutual information that a critic can give: E_joint[T] − ln E_marginal[exp T].</summary>
/// <remarks>
/// Donsker and Varadhan, 1983; MINE: Belghazi et al., arXiv:1801.04062, eq. 10. In nats. The mini-batch gradient of the logarithm is biased:
/// <see cref="Loss(Tensor, Tensor)"/> is that plain gradient, <see cref="Mine"/> corrects it. Everything goes through log-sum-exp, so scores of any size are safe.
/// </remarks>
public static class DonskerVaradhan
{
    /// <summary>The estimate, a scalar.</summary>
    /// <param name="joint">Critic scores of true pairs, `[N]`.</param>
    /// <param name="marginal">Critic scores of independent pairs, `[M]`.</param>
    public static Tensor Value(Tensor joint, Tensor marginal) => joint.Mean() - LogMeanExp(marginal);

    /// <summary>Minus the estimate, with the plain gradient.</summary>
    /// <param name="joint">Critic scores of true pairs, `[N]`.</param>
    /// <param name="marginal">Critic scores of independent pairs, `[M]`.</param>
    public static Tensor Loss(Tensor joint, Tensor marginal) => -Value(joint, marginal);

    internal static Tensor LogMeanExp(Tensor scores)
    {
        var flat = scores.Reshape([-1]);
        return flat.Logsumexp(0) - Math.Log(flat.Numel);
    }
}
