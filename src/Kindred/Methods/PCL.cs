using System.ComponentModel.DataAnnotations;
using Kindred.Clustering;
using Kindred.Heads;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>PCL: expectation maximisation; the E-step clusters the momentum encoder's features at several granularities, the M-step draws each sample to its prototypes.</summary>
/// <remarks>
/// Li, Zhou, Xiong, Hoi, "Prototypical Contrastive Learning of Unsupervised Representations", ICLR 2021, arXiv:2005.04966, Algorithm 1: before each
/// epoch past the warm-up, k-means for each K and the concentration φ of each cluster; then InfoNCE as in <see cref="MoCo"/> plus the mean over
/// granularities of <see cref="ProtoNce"/>. Prototypes, φ and assignments are state. v2 is v1 with MoCo v2's head, views and schedule.
/// Differs: where a granularity has no more prototypes than are drawn anyway, all of them are compared (eq. 11); k-means sees every sample.
/// </remarks>
[Method("pcl", Title = "PCL", Paper = "arXiv:2005.04966", Family = "clustering", Objective = "ProtoNCE, InfoNCE", LeastBatch = 1)]
public sealed class PCL : ProjectedMethod
{
    /// <summary>The settings; defaults are v2 on ImageNet.</summary>
    /// <param name="Clusters">K of each granularity, 25,000, 50,000 and 100,000 unless given; fewer than there are samples.</param>
    /// <param name="Warmup">Epochs of InfoNCE alone at the start.</param>
    /// <param name="Negatives">r: prototypes drawn that are no sample's of the batch; a granularity of at most r + N prototypes takes all.</param>
    /// <param name="Alpha">α: smooths the concentration of small clusters (eq. 12).</param>
    /// <param name="Iterations">Rounds of k-means.</param>
    /// <param name="Restarts">Seedings of k-means, of which the best is kept.</param>
    /// <param name="Temperature">τ of InfoNCE, and the mean of φ.</param>
    /// <param name="Momentum">m of the key encoder.</param>
    /// <param name="Queue">Keys in the dictionary.</param>
    /// <param name="Depth">Linear layers of the head, no batch norm: 1 in v1, 2 in v2.</param>
    /// <param name="Dim">Width of keys and prototypes.</param>
    /// <param name="Shuffle">Permutes the rows before keys are encoded, see <see cref="MoCo"/>.</param>
    public sealed record Options(
        [Count(2)] int[]? Clusters = null, [Epochs(Before = "clustering")] int Warmup = 20, [Count] int Negatives = 16384, [Range(0.001, 1e6)] double Alpha = 10,
        [Range(1, 1000)] int Iterations = 20, [Range(1, 1000)] int Restarts = 5,
        [Temperature] double Temperature = 0.2, [Share] double Momentum = 0.999, [Count] long Queue = 16384,
        [Depth] int Depth = 2, [Width] long Dim = 128, bool Shuffle = true);

    static readonly int[] imageNet = [25_000, 50_000, 100_000];

    readonly Options options;
    readonly int[] clusters;
    readonly MomentumPair pair;
    readonly Queue queue;
    readonly PrototypeTable[] granularities;
    readonly Nn.Buffer clusterings;

    /// <summary>Query and key encoder start with the same weights, the queue with random unit vectors; prototypes are there once the warm-up is over.</summary>
    public PCL(Encoder encoder, DataFacts facts, Options options)
    {
        this.options = options;
        clusters = options.Clusters ?? imageNet;
        if (clusters.Length == 0) throw new ConfigurationException("options.clusters: PCL clusters at one granularity at least; give a number of clusters, such as [100, 300].");
        pair = new(encoder, new MlpHead(encoder.Dim, encoder.Dim, options.Dim, options.Depth, norm: false));
        queue = new(options.Queue, options.Dim, Initialization.Generator);
        granularities = Array.ConvertAll(clusters, k => new PrototypeTable(k, options.Dim, facts.Samples));
        clusterings = new(Tensor.Zeros([], Dtype.Int64));
    }

    /// <inheritdoc/>
    public override Projected Network => pair.Network;

    /// <summary>The E-step: what the momentum encoder makes of all samples, unaugmented, is clustered anew.</summary>
    /// <exception cref="ConfigurationException">There are fewer samples than clusters.</exception>
    public override EpochPlan? BeginEpoch(Epoch epoch)
    {
        if (clusters.Max() is var most && most > epoch.Count)
            throw new ConfigurationException($"options.clusters: PCL was asked for {most} clusters of {epoch.Count} samples; choose fewer, such as "
                + $"[{string.Join(", ", new[] { 100, 30, 10 }.Select(share => Math.Max(2, epoch.Count / share)).Distinct())}].");
        if (epoch.At.Epoch < options.Warmup) return null;
        var v = epoch.Encode(view => pair.Key(view));                                                     // [samples, D]
        foreach (var table in granularities) table.Cluster(v, options.Iterations, options.Restarts, options.Temperature, options.Alpha, seed: epoch.At.Epoch);
        clusterings.Value.Add_(1);
        return null;
    }

    /// <summary>The M-step.</summary>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(2);
        var (q, k) = (pair.Query(batch.Views[0]), pair.Key(batch.Views[1], options.Shuffle));             // [N, D] each
        var logits = InfoNce.Logits(q, k, queue.Keys, options.Temperature, normalize: false);             // [N, 1 + K]
        var instances = InfoNce.PerQuery(logits).Mean();

        After(() => pair.Follow(options.Momentum));
        After(() => queue.Enqueue(k));
        Watch(q);
        Log("contrastive_accuracy", logits.Argmax(1).Eq(0).To(Dtype.Float32).Mean());
        Log("info_nce", instances);
        if (clusterings.Value.ItemLong() == 0) return instances;                                          // warming up

        var prototypes = Tensor.Stack(Array.ConvertAll(granularities, table => Contrast(table, q, batch.Index))).Mean();
        Log("proto_nce", prototypes);
        return instances + prototypes;
    }

    Tensor Contrast(PrototypeTable table, Tensor q, Tensor index)
    {
        var own = table.Of(index);                                                                        // [N]
        return table.Count <= options.Negatives + index.Size(0)
            ? ProtoNce.Loss(q, table.Prototypes, table.Concentration, own)
            : ProtoNce.Loss(q, table.Prototypes, table.Concentration, own, table.Others(own, options.Negatives));
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example =>
        new((encoders, facts) =>
        new PCL(encoders(), facts, new(Clusters: [3, 6], Warmup: 1, Negatives: 2, Momentum: 0.9, Queue: 20, Dim: 8))) { Shows = "info_nce" };
}
