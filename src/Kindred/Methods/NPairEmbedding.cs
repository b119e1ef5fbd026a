using Kindred.Heads;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Sampling;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>N-pair: each anchor picks its partner among one sample of every class of the batch.</summary>
/// <remarks>Sohn, "Improved Deep Metric Learning with Multi-class N-pair Loss Objective", NeurIPS 2016, Eq. 6 and Sec. 3.2. Batches are N classes with two
/// samples each; classes are drawn evenly, not by how hard they are.</remarks>
[Method("n-pair", Title = "N-pair loss", Paper = "NeurIPS 2016", Family = "metric learning", Objective = "N-pair")]
public sealed class NPairEmbedding : ProjectedMethod
{
    /// <summary>The settings.</summary>
    /// <param name="Classes">N, classes in a batch: 2N samples.</param>
    /// <param name="Penalty">λ on the squared length of the rows, which are not normalised.</param>
    /// <param name="Dim">Width of the embedding.</param>
    public sealed record Options([Count(2)] int Classes = 32, [Weight] double Penalty = 0.002, [Width] long Dim = 64);

    readonly Options options;
    readonly Projected network;

    /// <summary>A network of this encoder and one linear layer.</summary>
    public NPairEmbedding(Encoder encoder, Options options)
    {
        OptionRules.Check(options);
        (this.options, network) = (options, new(encoder, new Linear(encoder.Dim, options.Dim)));
    }

    /// <inheritdoc/>
    public override Projected Network => network;

    /// <inheritdoc/>
    public override EpochPlan? BeginEpoch(Epoch epoch) => new(PxK.Batches(PlanSeed.Labels(epoch, "the N-pair loss"), options.Classes, 2, epoch.Steps, PlanSeed.Draw()));

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(1);
        var z = network.Forward(batch.Views[0]).To(Dtype.Float32);
        var pairs = z.Unflatten(0, [-1, 2]);                                     // [N, 2, D], a class's two samples side by side

        Watch(z);
        Log("length", z.Square().Sum(1).Mean().Sqrt());
        return NPair.Loss(pairs.Select(1, 0), pairs.Select(1, 1), options.Penalty);
    }

    /// <summary>A tiny one, which the tests train.</summary>
    public static MethodExample Example => new((encoders, _) => new NPairEmbedding(encoders(), new(Classes: 4, Dim: 8)));
}
