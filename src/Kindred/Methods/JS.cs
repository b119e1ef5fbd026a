using Kindred.Information;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>The Jensen–Shannon estimator of Deep InfoMax: the critic learns by logistic regression, calmly; its scores then give the Donsker–Varadhan number.</summary>
/// <remarks>Hjelm et al., "Learning deep representations by mutual information estimation and maximization", ICLR 2019, arXiv:1808.06670, eq. 4.</remarks>
[Method("js", Title = "Jensen–Shannon estimator", Paper = "arXiv:1808.06670", Family = "mutual information", Modality = "pairs of vectors", Objective = "Jensen–Shannon bound",
    Takes = SampleKinds.Points)]
public sealed class JS(DataFacts facts, BoundMethod.CriticOptions options) : BoundMethod(facts, options)
{
    private protected override (Tensor Loss, Tensor Nats) Bound(Tensor x, Tensor y)
    {
        var (joint, marginal) = Scores(x, y);
        return (JensenShannon.Loss(joint, marginal), DonskerVaradhan.Value(joint.Detach(), marginal.Detach()));
    }

    /// <summary>A tiny one, which the tests train.</summary>
    public static MethodExample Example => new((_, facts) => new JS(facts, new(Hidden: 16, Width: 8)), "pairs");
}
