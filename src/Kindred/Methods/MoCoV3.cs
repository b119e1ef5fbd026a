using Kindred.Heads;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>MoCo v3: predictions of one view look up momentum keys of the other, with the batch itself as dictionary.</summary>
/// <remarks>
/// Chen, Xie, He, "An Empirical Study of Training Self-Supervised Vision Transformers", ICCV 2021, arXiv:2104.02057, Algorithm 1.
/// The momentum network moves before it encodes keys: at the end of the step before, with this step's momentum. Transformers keep
/// their random patch projection fixed (<c>encoder.frozenPatches</c>). The loss carries the factor 2τ of the official code.
/// Differs: keys come from one device's batch, the paper gathers them from all.
/// </remarks>
[Method("moco-v3", Title = "MoCo v3", Paper = "arXiv:2104.02057", Family = "momentum contrast", Objective = "InfoNCE, symmetric")]
public sealed class MoCoV3 : ProjectedMethod
{
    /// <summary>The settings; defaults are ResNet-50's.</summary>
    /// <param name="Temperature">τ: 1.0 with ResNet-50, 0.2 with transformers.</param>
    /// <param name="Momentum">m of the first step.</param>
    /// <param name="FinalMomentum">m after the last step, reached by half a cosine.</param>
    /// <param name="Hidden">Width of the hidden layers of both heads.</param>
    /// <param name="Dim">Width of keys.</param>
    /// <param name="Depth">Linear layers of the projector: 2 with ResNet-50, 3 with transformers.</param>
    /// <param name="PredictorNorm">Batch norm without gain and offset at the predictor's end (transformers).</param>
    public sealed record Options(
        [Temperature] double Temperature = 1, [Share] double Momentum = 0.99, [Share] double FinalMomentum = 1,
        [Width] long Hidden = 4096, [Width] long Dim = 256, [Depth] int Depth = 2, bool PredictorNorm = false);

    readonly Options options;
    readonly Schedule momentum;
    readonly Projected online, target;
    readonly MlpHead predictor;

    /// <summary>The momentum network starts with the online network's weights; the predictor has no momentum copy.</summary>
    public MoCoV3(Encoder encoder, Options options)
    {
        this.options = options;
        momentum = Schedule.Cosine(options.Momentum, options.FinalMomentum);
        online = new(encoder, new MlpHead(encoder.Dim, options.Hidden, options.Dim, options.Depth, last: MlpHead.Last.NormWithoutAffine));
        predictor = new(options.Dim, options.Hidden, options.Dim, last: options.PredictorNorm ? MlpHead.Last.NormWithoutAffine : MlpHead.Last.Plain, lastBias: false);
        target = online.Twin();
    }

    /// <inheritdoc/>
    public override Projected Network => online;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(2);
        var (x1, x2) = (batch.Views[0], batch.Views[1]);
        var (q1, q2) = (predictor.Forward(online.Forward(x1)), predictor.Forward(online.Forward(x2)));       // [N, D] each
        var (k1, k2) = (NoGradient.Of(() => target.Forward(x1)), NoGradient.Of(() => target.Forward(x2)));

        After(() => target.Follow(online, momentum[at with { Step = at.Step + 1 }]));
        Watch(q1);
        return MomentumContrast.Loss(q1, q2, k1, k2, options.Temperature);
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new MoCoV3(encoders(), new(Hidden: 8, Dim: 6)));
}
