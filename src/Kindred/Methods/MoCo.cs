using Kindred.Heads;
using Kindred.Io;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>MoCo v1 and v2: look a query up among its key and a queue of older keys, made by a slowly moving copy of the encoder.</summary>
/// <remarks>
/// He, Fan, Wu, Xie, Girshick, "Momentum Contrast for Unsupervised Visual Representation Learning", CVPR 2020, arXiv:1911.05722,
/// Algorithm 1; v2: Chen, Fan, Girshick, He, arXiv:2003.04297. v2 is v1 with a two-layer head, blur, a cosine schedule and a higher
/// temperature: see the recipes. The key encoder follows after the optimizer; the official code lets it follow first thing in the
/// next forward pass, which is the same.
/// Differs: shuffled batch norm needs several devices; on one, the encoder's split batch norm (<c>norm: split</c>) and a permutation
/// of the keys' rows stand in for it, as in the authors' CIFAR notebook.
/// </remarks>
[Method("moco-v1", Title = "MoCo v1", Paper = "arXiv:1911.05722", Family = "momentum contrast", Objective = "InfoNCE", LeastBatch = 1)]
[Method("moco-v2", Title = "MoCo v2", Paper = "arXiv:2003.04297", Family = "momentum contrast", Objective = "InfoNCE", LeastBatch = 1)]
public sealed class MoCo : Method, IEncodes
{
    /// <summary>Where keys come from (v1, Fig. 2 and 3).</summary>
    public enum DictionaryKind
    {
        /// <summary>A queue of momentum keys: MoCo.</summary>
        Queue,

        /// <summary>A memory bank of every image's last embedding; there is no key encoder.</summary>
        Bank,

        /// <summary>The batch itself, differentiated on both sides: end to end.</summary>
        Batch,
    }

    /// <summary>The settings; defaults are v2 on ImageNet.</summary>
    /// <param name="Temperature">τ: 0.07 in v1, 0.2 in v2, 0.1 on CIFAR.</param>
    /// <param name="Momentum">m of the key encoder (v1, Eq. 2): 0.999 on ImageNet, 0.99 on CIFAR; 0 copies the query encoder every step.</param>
    /// <param name="Queue">Keys in the dictionary.</param>
    /// <param name="Dictionary">Where keys come from.</param>
    /// <param name="Depth">Linear layers of the head: 1 in v1, 2 in v2; no batch norm in either.</param>
    /// <param name="Dim">Width of keys.</param>
    /// <param name="Shuffle">Permutes the rows before keys are encoded, so that a query and its key never share a chunk of split batch norm by design.</param>
    /// <param name="Symmetric">Lets each view be query once, and adds both losses (the authors' CIFAR notebook).</param>
    public sealed record Options(
        [Temperature] double Temperature = 0.2, [Share] double Momentum = 0.999, [Count] long Queue = 65536,
        DictionaryKind Dictionary = DictionaryKind.Queue, [Depth] int Depth = 2, [Width] long Dim = 128,
        bool Shuffle = true, bool Symmetric = false);

    const double BankMomentum = 0.5;

    readonly Options options;
    readonly Projected query;
    readonly Projected? key;
    readonly Queue? queue;
    readonly MemoryBank? bank;

    /// <summary>Query and key encoder start with the same weights, the dictionary with random unit vectors.</summary>
    public MoCo(Encoder encoder, DataFacts facts, Options options)
    {
        this.options = options;
        query = new(encoder, new MlpHead(encoder.Dim, encoder.Dim, options.Dim, options.Depth, norm: false));
        if (options.Dictionary == DictionaryKind.Bank) bank = new(facts.Samples, options.Dim, Initialization.Generator);
        if (options.Dictionary != DictionaryKind.Queue) return;
        key = query.Twin();
        queue = new(options.Queue, options.Dim, Initialization.Generator);
    }

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(options.Dictionary == DictionaryKind.Bank ? 1 : 2);
        if (key is not null) After(() => key.Follow(query, options.Momentum));
        if (!options.Symmetric) return Direction(batch, 0, 1);
        if (queue is null) throw new ConfigurationException("options.symmetric: only a queue has keys of both views; set options.dictionary to queue.");
        return Direction(batch, 0, 1) + Direction(batch, 1, 0);
    }

    Tensor Direction(Batch batch, int from, int to)
    {
        var q = Rowwise.Unit(query.Forward(batch.Views[from]));                          // [N, D]
        Watch(q);
        if (options.Dictionary == DictionaryKind.Batch) return InfoNce.InBatch(q, query.Forward(batch.Views[to]), options.Temperature);
        var (own, others) = bank is null ? FromQueue(batch.Views[to]) : FromBank(q, batch.Index);       // [N, D], [K, D]
        var logits = InfoNce.Logits(q, own, others, options.Temperature, normalize: false);               // [N, 1 + K]
        Log("contrastive_accuracy", logits.Argmax(1).Eq(0).To(Dtype.Float32).Mean());
        return InfoNce.PerQuery(logits).Mean();
    }

    (Tensor Own, Tensor Others) FromQueue(View x)
    {
        var k = Keys(x);
        After(() => queue!.Enqueue(k));
        return (k, queue!.Keys);
    }

    (Tensor Own, Tensor Others) FromBank(Tensor q, Tensor index)
    {
        After(() => bank!.Update(index, q, BankMomentum));
        return (bank!.Entries.IndexSelect(0, index), bank.Entries.IndexSelect(0, bank.Noise(1, options.Queue).Flatten()));
    }

    // The keys are encoded in another order than the queries, then put back: chunks of split batch norm hold other company.
    Tensor Keys(View x) => NoGradient.Of(() =>
    {
        if (!options.Shuffle) return Rowwise.Unit(key!.Forward(x));
        var order = Tensor.Randperm(x.Count, Generator.Default, device: Device.Cpu).To(x.X.Device);
        return Rowwise.Unit(key!.Forward(x.Rows(order))).IndexSelect(0, order.Argsort());
    });

    /// <inheritdoc/>
    public Tensor Features(View view) => query.Encoder.Forward(view);

    /// <inheritdoc/>
    public Tensor Embeddings(View view) => query.Forward(view);

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, facts) => new MoCo(encoders(), facts, new(Queue: 20, Dim: 8)));
}
