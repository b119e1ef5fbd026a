using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Information;

/// <summary>A learned conditional q(y|x): a diagonal Gaussian whose mean and log-variance are MLPs of x.</summary>
/// <remarks>
/// The q of vCLUB (arXiv:2006.12013). Fit it by its own optimiser with <see cref="Loss"/>, then hand its output to <see cref="Club"/>.
/// Differs: the official code squashes the log-variance with tanh, which bounds the variance to [1/e, e] and cannot follow strong
/// dependence; here it is free within ±<paramref name="limit"/>.
/// </remarks>
/// <param name="x">Width of x.</param>
/// <param name="y">Width of y.</param>
/// <param name="hidden">Width of the hidden layer of each MLP.</param>
/// <param name="limit">Largest |ln σ²|.</param>
public sealed class GaussianConditional(long x, long y, long hidden = 64, double limit = 8) : Module
{
    readonly Sequential mean = new(new Linear(x, hidden), new Relu(), new Linear(hidden, y));
    readonly Sequential logVariance = new(new Linear(x, hidden), new Relu(), new Linear(hidden, y));

    /// <summary>μ(x) and ln σ²(x), both `[N, Dy]`.</summary>
    /// <param name="x">`[N, Dx]`.</param>
    public (Tensor Mean, Tensor LogVariance) Forward(Tensor x) =>
        (mean.Forward(x), (logVariance.Forward(x) / limit).Tanh() * limit);

    /// <summary>Minus the mean log-likelihood (up to a constant).</summary>
    /// <param name="x">`[N, Dx]`.</param>
    /// <param name="y">`[N, Dy]`.</param>
    public Tensor Loss(Tensor x, Tensor y)
    {
        var (mu, spread) = Forward(x);
        return -Club.LogLikelihood(mu, spread, y);
    }
}
