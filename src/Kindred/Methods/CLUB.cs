using System.ComponentModel.DataAnnotations;
using Kindred.Information;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>CLUB: an upper bound on what x and y tell about each other, through a conditional q(y|x) that learns by maximum likelihood.</summary>
/// <remarks>
/// Cheng, Hao, Dai, Liu, Gan, Carin, "CLUB: A Contrastive Log-ratio Upper Bound of Mutual Information", ICML 2020, arXiv:2006.12013, eqs. 9–13. It bounds from above
/// as far as q is right, and loosely: for Gaussians Dρ²/(1 − ρ²). q is a diagonal Gaussian, so the side with fewer columns belongs into y.
/// </remarks>
[Method("club", Title = "CLUB", Paper = "arXiv:2006.12013", Family = "mutual information", Modality = "pairs of vectors", Objective = "conditional likelihood", LeastBatch = 1,
    Takes = SampleKinds.Points)]
public sealed class CLUB : Method, IEstimates
{
    /// <summary>The settings.</summary>
    /// <param name="Hidden">Width of the hidden layers of q.</param>
    /// <param name="Limit">Largest |ln σ²| of q; the authors' code has 1, which cannot follow strong dependence.</param>
    public sealed record Options([Width] long Hidden = 64, [Range(0.1, 80.0)] double Limit = 8);

    readonly GaussianConditional conditional;

    /// <summary>A conditional for pairs as wide as the data's.</summary>
    public CLUB(DataFacts facts, Options options)
    {
        OptionRules.Check(options);
        var (x, y) = BoundMethod.Widths(facts, nameof(CLUB));
        conditional = new(x, y, options.Hidden, options.Limit);
    }

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        var (mean, logVariance, y) = Conditional(batch);
        Log("nats", Club.Bound(mean.Detach(), logVariance.Detach(), y));
        return -Club.LogLikelihood(mean, logVariance, y);
    }

    /// <inheritdoc/>
    public double Estimate(Batch batch) => NoGradient.Of(() =>
    {
        var (mean, logVariance, y) = Conditional(batch);
        return Club.Bound(mean, logVariance, y);
    }).Item();

    /// <summary>The likelihood: a larger bound is no better one.</summary>
    public double Merit(Batch batch) => NoGradient.Of(() =>
    {
        var (mean, logVariance, y) = Conditional(batch);
        return Club.LogLikelihood(mean, logVariance, y);
    }).Item();

    (Tensor Mean, Tensor LogVariance, Tensor Y) Conditional(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var (mean, logVariance) = conditional.Forward(batch.View("x").X);
        return (mean, logVariance, batch.View("y").X);
    }

    /// <summary>A tiny one, which the tests train.</summary>
    public static MethodExample Example => new((_, facts) => new CLUB(facts, new(Hidden: 16)), "pairs") { Rate = 0.005 };
}
