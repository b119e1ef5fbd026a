using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Sampling;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>DrLIM: a map in which similar samples lie together and dissimilar ones at least a margin apart.</summary>
/// <remarks>
/// Hadsell, Chopra, LeCun, "Dimensionality Reduction by Learning an Invariant Mapping", CVPR 2006, Algorithm 1. Similar are samples of one class, or a sample and its
/// nearest neighbours in the input space, all others are dissimilar. Differs: as many pairs of either kind in a batch, where the paper takes all.
/// </remarks>
[Method("drlim", Title = "DrLIM", Paper = "CVPR 2006", Family = "metric learning", Objective = "contrastive margin")]
public sealed partial class DrLIM : ProjectedMethod
{
    /// <summary>The settings.</summary>
    /// <param name="Similar">What a similar pair is.</param>
    /// <param name="Neighbours">How many nearest samples count as similar, if neighbours do.</param>
    /// <param name="Margin">m: dissimilar pairs further apart are left alone.</param>
    /// <param name="Dim">Width of the map.</param>
    /// <param name="Pairs">Similar pairs in a batch; a batch has four times as many samples.</param>
    /// <param name="Dissimilar">Dissimilar pairs for each similar one; 0 shows the collapse.</param>
    public sealed record Options(
        SimilarKind Similar = SimilarKind.Labels, [Count] int Neighbours = 5, [Range(0.001, 1000.0)] double Margin = 1, [Width] long Dim = 2, [Count] int Pairs = 32,
        [Range(0, 100)] int Dissimilar = 1);

    readonly Options options;
    readonly Projected network;
    readonly Func<Epoch, int[][]> draw;
    readonly Nn.Buffer? neighbours;                                               // [samples, k], found once

    /// <summary>A network of this encoder and one linear layer.</summary>
    public DrLIM(Encoder encoder, DataFacts facts, Options options)
    {
        OptionRules.Check(options);
        ArgumentNullException.ThrowIfNull(facts);
        (this.options, network) = (options, new(encoder, new Linear(encoder.Dim, options.Dim)));
        if (options.Similar == SimilarKind.Labels) draw = ByLabel;
        else
        {
            neighbours = new(Tensor.Full([facts.Samples, options.Neighbours], -1, Dtype.Int64));
            draw = ByNeighbour;
        }
    }

    /// <inheritdoc/>
    public override Projected Network => network;

    /// <inheritdoc/>
    public override EpochPlan? BeginEpoch(Epoch epoch) => new(draw(epoch));

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(1);
        var z = network.Forward(batch.Views[0]).To(Dtype.Float32);
        var pairs = z.Unflatten(0, [-1, 2]);                                      // [pairs, 2, D], similar ones first
        var similar = pairs.Size(0) / (1 + options.Dissimilar);
        var dissimilar = Tensor.Arange(pairs.Size(0), device: z.Device).Ge(similar);
        var distance = ContrastiveMargin.Distance(pairs.Select(1, 0), pairs.Select(1, 1));

        Watch(z);
        Log("similar", distance.Narrow(0, 0, similar).Mean());
        if (options.Dissimilar > 0) Log("dissimilar", distance.Narrow(0, similar, pairs.Size(0) - similar).Mean());
        return ContrastiveMargin.PerPair(distance, dissimilar, options.Margin).Mean();
    }

    /// <summary>A tiny one, which the tests train.</summary>
    public static MethodExample Example => new((encoders, facts) => new DrLIM(encoders(), facts, new(Pairs: 2)));
}
