using Kindred.Heads;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>BYOL: an online network predicts what its own moving average makes of the other view; there are no negatives.</summary>
/// <remarks>
/// Grill et al., "Bootstrap Your Own Latent", NeurIPS 2020, arXiv:2006.07733, Algorithm 1. Without batch statistics: Richemond et al.,
/// arXiv:2010.10241 (<c>norm: gn</c> here with <c>encoder.norm: gnWs</c>). Each view has its own pass and so its own batch statistics;
/// the target's batch norm is in training mode.
/// Differs: the target starts with the online weights, the official code gives it random ones of its own; either works.
/// </remarks>
[Method("byol", Title = "BYOL", Paper = "arXiv:2006.07733", Family = "distillation", Objective = "normalised regression")]
public sealed partial class BYOL : ProjectedMethod
{
    /// <summary>The settings.</summary>
    /// <param name="Momentum">m of the first step: 0.996 for 1,000 epochs, 0.99 for 100 to 300.</param>
    /// <param name="FinalMomentum">m after the last step, reached by half a cosine; equal to the first it stays fixed.</param>
    /// <param name="Hidden">Width of the hidden layers of both heads.</param>
    /// <param name="Dim">Width of projections.</param>
    /// <param name="Predictor">Whether the online network has a predictor; without one, projections are compared (Table 5b).</param>
    /// <param name="Norm">What normalises the hidden layers of both heads.</param>
    public sealed record Options(
        [Share] double Momentum = 0.996, [Share] double FinalMomentum = 1, [Width] long Hidden = 4096,
        [Width] long Dim = 256, bool Predictor = true, NormKind Norm = NormKind.Bn);

    readonly Schedule momentum;
    readonly Projected online, target;
    readonly Layer predictor;

    /// <summary>The target starts with the online network's weights.</summary>
    public BYOL(Encoder encoder, Options options)
    {
        momentum = Schedule.Cosine(options.Momentum, options.FinalMomentum);
        online = new(encoder, Head(encoder.Dim));
        predictor = options.Predictor ? Head(options.Dim) : new Map(z => z);
        target = online.Twin();

        MlpHead Head(long inputs) => new(inputs, options.Hidden, options.Dim, norm: options.Norm != NormKind.None, group: options.Norm == NormKind.Gn);
    }

    /// <inheritdoc/>
    public override Projected Network => online;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(2);
        var (x1, x2) = (batch.Views[0], batch.Views[1]);
        var (z1, z2) = (online.Forward(x1), online.Forward(x2));                                             // [N, D] each
        var (t1, t2) = (NoGradient.Of(() => target.Forward(x1)), NoGradient.Of(() => target.Forward(x2)));

        After(() => target.Follow(online, momentum[at]));
        Watch(z1);
        Log("momentum", momentum[at]);
        return NormalizedRegression.Loss(predictor.Forward(z1), predictor.Forward(z2), t1, t2);
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new BYOL(encoders(), new(Hidden: 8, Dim: 6)));
}
