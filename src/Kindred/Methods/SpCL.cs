using System.ComponentModel.DataAnnotations;
using Kindred.Clustering;
using Kindred.Heads;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Sampling;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>SpCL: one softmax over source classes, target clusters and target samples that belong to none, all read from one memory; clusters are trusted when they are reliable.</summary>
/// <remarks>
/// Ge, Zhu, Chen, Zhao, Li, "Self-paced Contrastive Learning with Hybrid Memory for Domain Adaptive Object Re-ID", NeurIPS 2020, arXiv:2006.02713, Algorithm 1. Before each epoch
/// the target's memory rows are clustered (<see cref="KReciprocal"/>, <see cref="Dbscan"/>) at three radii; what varies with the radius is taken apart (<see cref="SelfPaced"/>).
/// Two data sets side by side, <c>target</c> and <c>source</c>, whose norms are kept apart (<c>encoder: { norm: perDomain }</c>); one alone is the unsupervised variant.
/// Differs: both losses see the memory as it was before the step (the authors' code updates it between the two backward passes); without pretrained weights, <c>warmup</c>
/// epochs take every target sample for an identity of its own.
/// </remarks>
[Method("spcl", Title = "SpCL", Paper = "arXiv:2006.02713", Family = "clustering", Objective = "unified contrast over a hybrid memory")]
public sealed partial class SpCL : ProjectedMethod
{
    /// <summary>The settings; defaults are the authors'.</summary>
    /// <param name="Temperature">τ.</param>
    /// <param name="Momentum">Weight of the old value of a memory row.</param>
    /// <param name="K1">k₁: neighbours that may be mutual.</param>
    /// <param name="K2">k₂: neighbours whose codes are averaged.</param>
    /// <param name="Radius">Of DBSCAN, in Jaccard distance.</param>
    /// <param name="Gap">By how much the tight and the loose radius differ from it.</param>
    /// <param name="MinSamples">Neighbours, itself included, that make a core point.</param>
    /// <param name="Reliable">Takes apart what is not independent and compact; without, DBSCAN has the last word.</param>
    /// <param name="Identities">P: a batch of each data set has P × K samples.</param>
    /// <param name="Each">K, samples of an identity, where it has so many.</param>
    /// <param name="Learn">From which data set.</param>
    /// <param name="DomainNorm">Norms of its own for each data set.</param>
    /// <param name="Warmup">Epochs before the first clustering.</param>
    /// <param name="BatchMean">Averages the samples of a row before it moves, as in the paper; the authors' code takes them one after the other.</param>
    /// <param name="Dim">Width of a linear layer behind the representation; 0: none, the memory holds the normed representation itself.</param>
    public sealed record Options(
        [Temperature] double Temperature = 0.05, [Share] double Momentum = 0.2,
        [Count] int K1 = 30, [Count] int K2 = 6, [Range(0.0, 1.0)] double Radius = 0.6, [Range(0.0, 1.0)] double Gap = 0.02, [Count] int MinSamples = 4, bool Reliable = true,
        [Count] int Identities = 16, [Count] int Each = 4, DomainKind Learn = DomainKind.Both, bool DomainNorm = true,
        [Epochs(Before = "clustering")] int Warmup = 0, bool BatchMean = false, [Width(0)] long Dim = 0);

    const string Source = "source", Target = "target";

    readonly Options options;
    readonly bool streams, fromSource, fromTarget;
    readonly Projected network;
    readonly HybridMemory memory;
    readonly Nn.Buffer identities, classRows, threshold, found;

    /// <summary>A network of this encoder, a batch norm without offset behind it, and a memory of random unit rows.</summary>
    /// <exception cref="ConfigurationException">There are two data sets of other names, or the encoder's norms tell them not apart.</exception>
    /// <exception cref="DataException">The source has no classes.</exception>
    public SpCL(Encoder encoder, DataFacts facts, Options options)
    {
        OptionRules.Check(options);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(encoder);
        this.options = options;
        streams = facts.Streams.Count > 0;
        Check(facts, options);
        fromSource = streams && options.Learn != DomainKind.Target;
        fromTarget = options.Learn != DomainKind.Source;
        var classes = fromSource ? facts.Streams[Source].Classes : 0;
        var width = options.Dim == 0 ? encoder.Dim : options.Dim;
        Layer norm = new DomainBatchNorm(width, bias: false);
        network = new(encoder, options.Dim == 0 ? norm : new Sequential(new Linear(encoder.Dim, options.Dim), norm));
        if (fromSource && fromTarget && options.DomainNorm) Domain.Add(network, Source);

        var rows = classes + (fromTarget ? (streams ? facts.Streams[Target] : facts).Samples : 0);
        memory = new(Tensor.Randn([rows, width], Initialization.Generator, Dtype.Float32).Normalize(), options.Momentum, options.BatchMean);
        identities = new(Tensor.Arange(rows, dtype: Dtype.Int64)) { Grows = true };
        classRows = new(Tensor.Arange(Math.Max(1, classes), dtype: Dtype.Int64));
        threshold = new(Tensor.Full([], -1, Dtype.Float32));               // none yet
        found = new(Tensor.Zeros([3], Dtype.Float32));
    }

    /// <inheritdoc/>
    public override Projected Network => network;

    /// <summary>Fills the memory before the first epoch, clusters the target's rows before each, and draws batches of identities.</summary>
    /// <exception cref="DataException">The source has no labels.</exception>
    public override EpochPlan? BeginEpoch(Epoch epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        var (source, target) = (fromSource ? epoch.Stream(Source) : null, fromTarget ? streams ? epoch.Stream(Target) : epoch : null);
        if (epoch.At.Epoch == 0) Fill(source, target);
        if (target is not null && epoch.At.Epoch >= options.Warmup) Cluster(target.Count);

        var (seed, size) = (PlanSeed.Draw(), options.Identities * options.Each);
        IReadOnlyList<int[]> Draw(IReadOnlyList<int> labels) => Sampling.Identities.Batches(labels, size, options.Each, epoch.Steps, seed);
        int[] Own() => Array.ConvertAll(identities.Value.Narrow(0, ClassRows, target!.Count).ToArray<long>(), id => (int)id);
        if (!streams) return new(Draw(Own()));
        var plans = new Dictionary<string, IReadOnlyList<int[]>>();
        if (target is not null) plans[Target] = Draw(Own());
        if (source is not null) plans[Source] = Draw(SourceLabels(source));
        return new(plans);
    }

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        ArgumentNullException.ThrowIfNull(batch);
        List<(Tensor Features, Tensor Rows)> seen = [];
        if (fromSource)
        {
            var source = batch.Stream(Source);
            var labels = source.Labels ?? throw new DataException("SpCL learns the source by its classes, and this batch has no labels.");
            using var _ = Domain.Begin(Apart);
            seen.Add((Unit(source), classRows.Value.IndexSelect(0, labels)));
        }
        if (fromTarget)
        {
            var target = streams ? batch.Stream(Target) : batch;
            seen.Add((Unit(target), target.Index + ClassRows));
        }

        Watch(seen[^1].Features);
        var losses = seen.ConvertAll(s => UnifiedContrast.Loss(s.Features, memory.Rows, identities.Value, s.Rows, options.Temperature));
        After(() => memory.Update(Tensor.Cat([.. seen.Select(s => s.Features)]), Tensor.Cat([.. seen.Select(s => s.Rows)])));
        foreach (var (i, name) in new[] { "clusters", "clustered", "taken_apart" }.Index()) Log(name, found.Value.Select(0, i));
        return losses.Aggregate((sum, loss) => sum + loss);
    }

    string? Apart => fromSource && fromTarget && options.DomainNorm ? Source : null;

    // Classes with samples have the first rows.
    long ClassRows => fromSource ? classRows.Value.Max().ItemLong() + 1 : 0;

    Tensor Unit(Batch batch) => Rowwise.Unit(network.Forward(batch.Views[0]));

    static IReadOnlyList<int> SourceLabels(Epoch source) => PlanSeed.Labels(source, "SpCL");

    // The mean of each class of the source that has samples, then every sample of the target.
    void Fill(Epoch? source, Epoch? target)
    {
        using var scope = Scope.Open();
        List<Tensor> rows = [];
        if (source is not null)
        {
            var labels = SourceLabels(source);
            using var _ = Domain.Begin(Apart);
            var means = ClassMeans.Of(source.Encode(view => network.Forward(view)).Normalize(), labels, (int)classRows.Value.Numel);
            classRows.Set(Tensor.From<long>(means.RowOf).To(classRows.Value.Device));
            rows.Add(means.Rows);
        }
        if (target is not null) rows.Add(target.Encode(view => network.Forward(view)).Normalize());
        var all = Tensor.Cat([.. rows]);
        memory.Reset(all);
        identities.Set(Tensor.Arange(all.Size(0), dtype: Dtype.Int64, device: all.Device));
    }

    // Pseudo labels of the target, and how far its clusters may be from standing apart: the first clustering decides.
    void Cluster(int count)
    {
        using var scope = Scope.Open();
        var (first, before, device) = (ClassRows, threshold.Value.Item(), identities.Value.Device);
        var clusters = SelfPacedClusters.Of(memory.Rows.Narrow(0, first, count).To(Device.Cpu), options.K1, options.K2, options.Radius, options.Gap, options.MinSamples,
            options.Reliable, before < 0 ? null : before);
        if (clusters.Threshold is { } limit) threshold.Set(Tensor.Full([], limit, Dtype.Float32, threshold.Value.Device));
        identities.Set(Tensor.Cat([Tensor.Arange(first, dtype: Dtype.Int64), Tensor.From<long>(clusters.Labels) + first]).To(device));
        found.Set(Tensor.From<float>([clusters.Count, (float)clusters.Together / count, (float)clusters.TakenApart / count]).To(found.Value.Device));
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, facts) => new SpCL(encoders(), facts, new(Temperature: 0.2, K1: 6, K2: 2, Radius: 0.7, MinSamples: 2, Identities: 4, Each: 2)));
}
