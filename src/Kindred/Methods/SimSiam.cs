using Kindred.Heads;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>SimSiam: a prediction of one view approaches the other view's projection, which is held still; nothing else prevents collapse.</summary>
/// <remarks>
/// Chen, He, "Exploring Simple Siamese Representation Learning", CVPR 2021, arXiv:2011.10566, Algorithm 1. Each view has its own pass.
/// The predictor's learning rate stays fixed (<c>groups: { predictor: { schedule: 1 } }</c> in the recipe). The loss has its
/// minimum −1 in collapse as well: read the spread of z instead.
/// Differs: batch statistics of one device; the official runs share them among all (SyncBN), which the paper finds not essential.
/// </remarks>
[Method("simsiam", Title = "SimSiam", Paper = "arXiv:2011.10566", Family = "distillation", Objective = "negative cosine")]
public sealed class SimSiam : ProjectedMethod
{
    /// <summary>The settings.</summary>
    /// <param name="Dim">Width of projections, and of the projector's hidden layers.</param>
    /// <param name="Depth">Linear layers of the projector: 3 on ImageNet, 2 on CIFAR.</param>
    /// <param name="PredictorHidden">Width of the predictor's hidden layer: a bottleneck.</param>
    /// <param name="Predictor">Whether there is a predictor (Table 1).</param>
    /// <param name="StopGradient">Whether projections are held still; without, everything collapses to one point (Fig. 2).</param>
    public sealed record Options(
        [Width] long Dim = 2048, [Depth] int Depth = 3, [Width] long PredictorHidden = 512, bool Predictor = true, bool StopGradient = true);

    readonly Projected network;
    readonly Layer predictor;
    readonly Func<Tensor, Tensor, Tensor, Tensor, Tensor> objective;

    /// <summary>An encoder, a projector and a predictor.</summary>
    public SimSiam(Encoder encoder, Options options)
    {
        network = new(encoder, new MlpHead(encoder.Dim, options.Dim, options.Dim, options.Depth, last: MlpHead.Last.NormWithoutAffine));
        predictor = options.Predictor ? new MlpHead(options.Dim, options.PredictorHidden, options.Dim) : new Map(z => z);
        objective = options.StopGradient ? NegativeCosine.Loss
            : (p1, p2, z1, z2) => -(Tensor.CosineSimilarity(p1, z2).Mean() + Tensor.CosineSimilarity(p2, z1).Mean()) / 2;
    }

    /// <inheritdoc/>
    public override Projected Network => network;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(2);
        var (z1, z2) = (network.Forward(batch.Views[0]), network.Forward(batch.Views[1]));   // [N, D] each
        var (p1, p2) = (predictor.Forward(z1), predictor.Forward(z2));

        Watch(z1);
        return objective(p1, p2, z1, z2);
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new SimSiam(encoders(), new(Dim: 8, PredictorHidden: 4)));
}
