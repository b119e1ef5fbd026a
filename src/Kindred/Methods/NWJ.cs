using Kindred.Information;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>NWJ, called MINE-f too: a looser bound than Donsker and Varadhan's whose mini-batch gradient has no bias, and whose value swings more.</summary>
/// <remarks>Nguyen, Wainwright, Jordan, arXiv:0809.0853; arXiv:1801.04062, eq. 9. At the optimum the critic is 1 + ln of the density ratio.</remarks>
[Method("nwj", Title = "NWJ", Paper = "arXiv:0809.0853", Family = "mutual information", Modality = "pairs of vectors", Objective = "NWJ bound", Takes = SampleKinds.Points)]
public sealed class NWJ(DataFacts facts, BoundMethod.CriticOptions options) : BoundMethod(facts, options)
{
    private protected override (Tensor Loss, Tensor Nats) Bound(Tensor x, Tensor y)
    {
        var (joint, marginal) = Scores(x, y);
        var loss = Nwj.Loss(joint, marginal);
        return (loss, -loss);
    }

    private protected override double Value(double joint, double logMean) => joint - Math.Exp(Math.Min(logMean - 1, 700));

    /// <summary>A tiny one, which the tests train.</summary>
    public static MethodExample Example => new((_, facts) => new NWJ(facts, new(CriticKind.Joint, Hidden: 16)), "pairs") { Rate = 0.005 };
}
