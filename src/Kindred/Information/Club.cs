using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Information;

/// <summary>Upper bounds on mutual information through a conditional q(y|x), made for minimising it.</summary>
/// <remarks>
/// Cheng et al., "CLUB", arXiv:2006.12013, eqs. 9–13: E_joint ln q(y|x) − E_x E_y ln q(y|x), an upper bound when q is the true conditional
/// (vCLUB when q is learned). q is a diagonal Gaussian given by μ(x) and ln σ²(x), or a classifier. All in nats.
/// <see cref="LeaveOneOut"/>: Poole et al., arXiv:1905.06922, eq. 13. <see cref="PriorDivergence"/>: the bound of the deep variational bottleneck.
/// </remarks>
public static class Club
{
    /// <summary>The bound over all N² pairs, a scalar; time and memory O(N·D).</summary>
    /// <param name="mean">μ(x), `[N, D]`.</param>
    /// <param name="logVariance">ln σ²(x), `[N, D]`.</param>
    /// <param name="y">Partner of each x, `[N, D]`.</param>
    public static Tensor Bound(Tensor mean, Tensor logVariance, Tensor y)
    {
        // mean_j (y_j − μ)² = (ȳ − μ)² + var y, without the [N, N, D] differences
        var centre = y.Mean(0, keepdim: true);
        var elsewhere = (centre - mean).Square() + (y - centre).Square().Mean(0, keepdim: true);
        return ((elsewhere - (y - mean).Square()) * (-logVariance).Exp()).Sum(1).Mean() / 2;
    }

    /// <summary>The bound with one other y per x (vCLUB-S), a scalar.</summary>
    /// <param name="mean">μ(x), `[N, D]`.</param>
    /// <param name="logVariance">ln σ²(x), `[N, D]`.</param>
    /// <param name="y">Partner of each x, `[N, D]`.</param>
    /// <param name="permutation">The row of y that stands for an independent one, int64 `[N]`.</param>
    public static Tensor Sampled(Tensor mean, Tensor logVariance, Tensor y, Tensor permutation)
    {
        var other = y.IndexSelect(0, permutation);
        return (((other - mean).Square() - (y - mean).Square()) * (-logVariance).Exp()).Sum(1).Mean() / 2;
    }

    /// <summary>mean ln q(yᵢ|xᵢ) − ln of the mean of q(yᵢ|xⱼ) over the others, a scalar; memory O(N²·D).</summary>
    /// <param name="mean">μ(x), `[N, D]`, N ≥ 2.</param>
    /// <param name="logVariance">ln σ²(x), `[N, D]`.</param>
    /// <param name="y">Partner of each x, `[N, D]`.</param>
    /// <exception cref="ArgumentException">A single pair: there are no others.</exception>
    public static Tensor LeaveOneOut(Tensor mean, Tensor logVariance, Tensor y)
    {
        var n = y.Size(0);
        if (n < 2)
            throw new ArgumentException("leave-one-out needs at least two pairs.");
        var all = LogDensity(mean.Unsqueeze(0), logVariance.Unsqueeze(0), y.Unsqueeze(1));          // [i, j] = ln q(y_i | x_j)
        var others = all.MaskedFill(Tensor.Eye(n, Dtype.Bool, y.Device), double.NegativeInfinity);
        return (Pairs.Joint(all) - others.Logsumexp(1)).Mean() + Math.Log(n - 1);
    }

    /// <summary>mean ln q(y|x) without its constant −(D/2) ln 2π: maximise it to fit q.</summary>
    /// <param name="mean">μ(x), `[N, D]`.</param>
    /// <param name="logVariance">ln σ²(x), `[N, D]`.</param>
    /// <param name="y">Partner of each x, `[N, D]`.</param>
    public static Tensor LogLikelihood(Tensor mean, Tensor logVariance, Tensor y) => LogDensity(mean, logVariance, y).Mean();

    /// <summary>The bound for discrete y: mean over i of ln q(yᵢ|xᵢ) − mean over j of ln q(yⱼ|xᵢ).</summary>
    /// <param name="logits">Classifier of y from x, `[N, C]`.</param>
    /// <param name="labels">y, int64 `[N]`; rows with a negative one are left out.</param>
    public static Tensor Categorical(Tensor logits, Tensor labels)
    {
        if (Labels.Rows(labels) is { } known)
            (logits, labels) = (logits.IndexSelect(0, known), labels.IndexSelect(0, known));
        var log = logits.LogSoftmax(1);
        var own = log.Gather(1, labels.Unsqueeze(1)).Squeeze(1);
        return (own - log.IndexSelect(1, labels).Mean(1)).Mean();
    }

    /// <summary>mean ln q(y|x) of the classifier.</summary>
    /// <param name="logits">`[N, C]`.</param>
    /// <param name="labels">int64 `[N]`; rows with a negative one are left out.</param>
    public static Tensor LogLikelihood(Tensor logits, Tensor labels) => -CrossEntropy.Loss(logits, labels);

    /// <summary>E_x KL(q(z|x) ‖ N(0, I)), an upper bound on I(X; Z) for a stochastic code z; a scalar, summed over dimensions.</summary>
    /// <param name="mean">`[N, D]`.</param>
    /// <param name="logVariance">`[N, D]`.</param>
    public static Tensor PriorDivergence(Tensor mean, Tensor logVariance) =>
        (mean.Square() + logVariance.Expm1() - logVariance).Sum(1).Mean() / 2;

    static Tensor LogDensity(Tensor mean, Tensor logVariance, Tensor y) =>
        ((y - mean).Square() * (-logVariance).Exp() + logVariance).Sum(-1) * -0.5;
}
