using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Information;

/// <summary>The Donsker–Varadhan estimate trained with an unbiased gradient: the batch denominator gives way to a moving average of it.</summary>
/// <remarks>
/// Belghazi et al., arXiv:1801.04062, Sec. 3.2, eq. 12. The average is kept as a logarithm, so scores of any size are safe:
/// log_ema ← logaddexp(ln(1−r) + log_ema, ln r + lme) with lme = ln mean exp T_marginal; the first step takes lme itself, and the updated
/// average is used in the same step. The loss has the value −DV and the gradient of −mean T_joint + mean sg(exp(T_m − log_ema)) T_m.
/// </remarks>
public sealed class Mine : Module
{
    readonly double rate;
    readonly Buffer logAverage = new(Tensor.Zeros([], Dtype.Float64));
    readonly Buffer steps = new(Tensor.Zeros([], Dtype.Int64));

    /// <summary>A correction whose average has seen nothing yet.</summary>
    /// <param name="rate">Weight r of the newest batch in the average, in (0, 1].</param>
    public Mine(double rate = 0.01)
    {
        if (!(rate > 0 && rate <= 1))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "the newest batch weighs more than nothing and at most everything: give a rate in (0, 1]");
        this.rate = rate;
    }

    /// <summary>ln of the moving average of mean exp T_marginal; 0 before the first step.</summary>
    public Tensor LogAverage => logAverage;

    /// <summary>Minus the estimate, with the corrected gradient; moves the average.</summary>
    /// <param name="joint">Critic scores of true pairs, `[N]`.</param>
    /// <param name="marginal">Critic scores of independent pairs, `[M]`.</param>
    public Tensor Loss(Tensor joint, Tensor marginal)
    {
        var (loss, average) = Step(joint, marginal, steps.Value.Item() == 0 ? null : logAverage.Value, rate);
        logAverage.Set(average.To(Dtype.Float64));
        steps.Set(steps.Value + 1);
        return loss;
    }

    /// <summary>One step of the correction, without a state of its own.</summary>
    /// <param name="joint">`[N]`.</param>
    /// <param name="marginal">`[M]`.</param>
    /// <param name="logAverage">The average so far (a logarithm, scalar); null at the first step.</param>
    /// <param name="rate">Weight r of this batch.</param>
    /// <returns>The loss, and the average after this step (no gradient).</returns>
    public static (Tensor Loss, Tensor LogAverage) Step(Tensor joint, Tensor marginal, Tensor? logAverage, double rate = 0.01)
    {
        var scores = marginal.Reshape([-1]);
        var batch = DonskerVaradhan.LogMeanExp(scores).Detach();
        var average = logAverage is null ? batch
            : rate == 1 ? batch
            : (logAverage.Detach().To(batch.Dtype) + Math.Log(1 - rate)).Logaddexp(batch + Math.Log(rate));
        var weights = (scores.Detach() - average).Exp();                      // [M], at most M / r

        // The first term carries the value, the other two nothing but the gradient.
        var value = batch - joint.Mean().Detach();
        var direction = (weights * (scores - scores.Detach())).Mean() - (joint - joint.Detach()).Mean();
        return (value + direction, average);
    }
}
