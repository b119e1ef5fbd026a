using Kindred.Torch;

namespace Kindred.Information;

/// <summary>A bounded, stable stand-in for mutual information: tell true pairs from independent ones by logistic regression.</summary>
/// <remarks>
/// Hjelm et al., "Deep InfoMax", arXiv:1808.06670, eq. 4: E_joint[−sp(−T)] − E_marginal[sp(T)] with sp = softplus. Shifted by 2 ln 2 it is twice the
/// Jensen–Shannon divergence at the optimum (0 when independent, at most 2 ln 2). An objective for learning, no value of MI; plug its T,
/// which tends to the log-ratio, into <see cref="DonskerVaradhan"/> for a number.
/// </remarks>
public static class JensenShannon
{
    /// <summary>The two expectations and their difference, scalars.</summary>
    /// <param name="joint">Critic scores of true pairs, `[N]`.</param>
    /// <param name="marginal">Critic scores of independent pairs, `[M]`.</param>
    /// <param name="shifted">Adds ln 2 to the positive and takes it from the negative expectation.</param>
    public static (Tensor Value, Tensor Positive, Tensor Negative) Value(Tensor joint, Tensor marginal, bool shifted = true)
    {
        var shift = shifted ? Math.Log(2) : 0;
        var positive = joint.LogSigmoid().Mean() + shift;
        var negative = -(-marginal).LogSigmoid().Mean() - shift;
        return (positive - negative, positive, negative);
    }

    /// <summary>Minus the value.</summary>
    /// <param name="joint">Critic scores of true pairs, `[N]`.</param>
    /// <param name="marginal">Critic scores of independent pairs, `[M]`.</param>
    public static Tensor Loss(Tensor joint, Tensor marginal) => -Value(joint, marginal).Value;
}
