using System.ComponentModel.DataAnnotations;
using Kindred.Information;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>The InfoNCE bound: whose partner is whose among N candidates. Calm, and never above ln N.</summary>
/// <remarks>van den Oord, Li, Vinyals, CPC, arXiv:1807.03748; Poole et al., "On Variational Bounds of Mutual Information", arXiv:1905.06922.</remarks>
[Method("infonce", Title = "InfoNCE bound", Paper = "arXiv:1807.03748", Family = "mutual information", Modality = "pairs of vectors", Objective = "InfoNCE", Takes = SampleKinds.Points)]
public sealed class InfoNCE : BoundMethod
{
    /// <summary>The settings.</summary>
    /// <param name="Critic">How pairs are scored.</param>
    /// <param name="Hidden">Width of the critic's two hidden layers.</param>
    /// <param name="Width">Of a separable critic's embeddings.</param>
    /// <param name="Candidates">Pairs among which a partner is looked for when the number is read off; its logarithm is the ceiling. In learning these are the batch.</param>
    public sealed record Options(
        CriticKind Critic = CriticKind.Separable, [Width] long Hidden = 64, [Width] long Width = 32, [Range(2, 1 << 20)] int Candidates = 256);

    readonly int candidates;

    /// <summary>A critic for pairs as wide as the data's.</summary>
    public InfoNCE(DataFacts facts, Options options) : base(facts, Of(options)) => candidates = options.Candidates;

    static CriticOptions Of(Options options)
    {
        OptionRules.Check(options);
        return new(options.Critic, options.Hidden, options.Width);
    }

    private protected override (Tensor Loss, Tensor Nats) Bound(Tensor x, Tensor y)
    {
        var loss = InfoNceBound.Loss(Matrix(x, y));
        return (loss, -loss);
    }

    /// <inheritdoc/>
    public override double Estimate(Batch batch) => OverBlocks(batch, candidates, (x, y) => InfoNceBound.Value(Matrix(x, y)).Item());

    /// <summary>A tiny one, which the tests train.</summary>
    public static MethodExample Example => new((_, facts) => new InfoNCE(facts, new(Hidden: 16, Width: 8)), "pairs");
}
