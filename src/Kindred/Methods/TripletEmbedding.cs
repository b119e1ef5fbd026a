using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Sampling;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>Triplet loss: a sample is closer to others of its class than to any other, by a margin; which triplets are looked at decides what is learnt.</summary>
/// <remarks>
/// Schroff, Kalenichenko, Philbin, "FaceNet", CVPR 2015, arXiv:1503.03832, Sec. 3; batch-hard and the soft margin: Hermans, Beyer, Leibe, arXiv:1703.07737, Sec. 2.
/// Batches are P classes with K samples each.
/// </remarks>
[Method("triplet", Title = "Triplet loss", Paper = "arXiv:1503.03832", Family = "metric learning", Objective = "triplet margin")]
public sealed class TripletEmbedding : ProjectedMethod
{
    /// <summary>The settings; defaults are FaceNet's, at a batch that fits small data.</summary>
    /// <param name="Mining">Which triplets of a batch are used.</param>
    /// <param name="Margin">m: 0.2 for squared distances of unit rows.</param>
    /// <param name="SoftMargin">log(1 + eˣ) in place of the hinge (Hermans et al.); the margin then only separates easy from semi-hard.</param>
    /// <param name="Normalize">Rows to unit length; Hermans et al. do without.</param>
    /// <param name="Squared">Squared distances; Hermans et al. take the distance itself.</param>
    /// <param name="Dim">Width of the embedding.</param>
    /// <param name="Classes">P, classes in a batch.</param>
    /// <param name="Each">K, samples of each.</param>
    public sealed record Options(
        TripletMining Mining = TripletMining.FaceNetSemiHard, [Range(0.0, 100.0)] double Margin = 0.2, bool SoftMargin = false, bool Normalize = true, bool Squared = true,
        [Width] long Dim = 128, [Count(2)] int Classes = 8, [Count(2)] int Each = 4);

    readonly Options options;
    readonly Projected network;

    /// <summary>A network of this encoder and one linear layer.</summary>
    public TripletEmbedding(Encoder encoder, Options options)
    {
        OptionRules.Check(options);
        (this.options, network) = (options, new(encoder, new Linear(encoder.Dim, options.Dim)));
    }

    /// <inheritdoc/>
    public override Projected Network => network;

    /// <inheritdoc/>
    public override EpochPlan? BeginEpoch(Epoch epoch) => new(PxK.Batches(PlanSeed.Labels(epoch, "the triplet loss"), options.Classes, options.Each, epoch.Steps, PlanSeed.Draw()));

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(1);
        var labels = batch.Labels ?? throw new DataException("the triplet loss compares classes, and this batch has no labels.");
        var z = network.Forward(batch.Views[0]).To(Dtype.Float32);
        var distances = Triplet.Distances(z, z, options.Squared ? null : new Similarities.Euclidean(), options.Normalize);    // [N, N]
        var mined = TripletMiner.Mine(distances, labels, options.Mining, options.Margin);                                     // [T, 3]

        Watch(z);
        Log("triplets", mined.Size(0));
        var census = TripletMiner.Census(distances, labels, options.Margin).To(Dtype.Float32);
        var shares = census / census.Sum().ClampMin(1);
        foreach (var (i, name) in new[] { "easy", "semi_hard", "hard" }.Index()) Log(name, shares.Select(0, i));
        // Most of all triplets are soon easy: averaged over them too, the loss would vanish.
        var reduction = options.Mining == TripletMining.All && !options.SoftMargin ? Reduction.MeanOfPositive : Reduction.Mean;
        return Triplet.Loss(distances, mined, options.Margin, options.SoftMargin, reduction);
    }

    /// <summary>A tiny one, which the tests train.</summary>
    public static MethodExample Example => new((encoders, _) => new TripletEmbedding(encoders(), new(TripletMining.All, Dim: 8, Classes: 4, Each: 2))) { Shows = "easy", Rises = true };
}
