using System.ComponentModel.DataAnnotations;
using Kindred.Information;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>MINE: the Donsker–Varadhan bound, climbed with a gradient whose bias a moving average takes away.</summary>
/// <remarks>Belghazi, Baratin, Rajeswar, Ozair, Bengio, Courville, Hjelm, "MINE: Mutual Information Neural Estimation", ICML 2018, arXiv:1801.04062, Algorithm 1, Sec. 3.2.</remarks>
[Method("mine", Title = "MINE", Paper = "arXiv:1801.04062", Family = "mutual information", Modality = "pairs of vectors", Objective = "Donsker–Varadhan bound", Takes = SampleKinds.Points)]
public sealed class MINE : BoundMethod
{
    /// <summary>The settings.</summary>
    /// <param name="Critic">How pairs are scored.</param>
    /// <param name="Hidden">Width of the critic's two hidden layers.</param>
    /// <param name="Width">Of a separable critic's embeddings.</param>
    /// <param name="Rate">Weight of the newest batch in the moving average; 1 is the plain gradient, biased.</param>
    public sealed record Options(
        CriticKind Critic = CriticKind.Separable, [Width] long Hidden = 64, [Width] long Width = 32,
        [Range(0.0, 1.0, MinimumIsExclusive = true)] double Rate = 0.01);

    readonly Mine mine;

    /// <summary>A critic for pairs as wide as the data's.</summary>
    public MINE(DataFacts facts, Options options) : base(facts, Of(options)) => mine = new(options.Rate);

    static CriticOptions Of(Options options)
    {
        OptionRules.Check(options);
        return new(options.Critic, options.Hidden, options.Width);
    }

    private protected override (Tensor Loss, Tensor Nats) Bound(Tensor x, Tensor y)
    {
        var (joint, marginal) = Scores(x, y);
        var loss = mine.Loss(joint, marginal);
        return (loss, -loss);
    }

    /// <summary>A tiny one, which the tests train.</summary>
    public static MethodExample Example => new((_, facts) => new MINE(facts, new(Hidden: 16, Width: 8, Rate: 0.1)), "pairs") { Rate = 0.005 };
}
