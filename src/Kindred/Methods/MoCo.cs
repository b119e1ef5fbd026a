using Kindred.Heads;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>MoCo v1 and v2: look a query up among its key and a queue of older keys, made by a slowly moving copy of the encoder.</summary>
/// <remarks>
/// He, Fan, Wu, Xie, Girshick, "Momentum Contrast for Unsupervised Visual Representation Learning", CVPR 2020, arXiv:1911.05722,
/// Algorithm 1; v2: Chen, Fan, Girshick, He, arXiv:2003.04297. v2 is v1 with a two-layer head, blur, a cosine schedule and a higher
/// temperature: see the recipes. The key encoder follows after the optimizer; the official code lets it follow first thing in the
/// next forward pass, which is the same. What the paper compares it with is <see cref="MoCoBank"/> and <see cref="EndToEnd"/>.
/// Differs: shuffled batch norm needs several devices; on one, the encoder's split batch norm (<c>norm: split</c>) and a permutation
/// of the keys' rows stand in for it, as in the authors' CIFAR notebook.
/// </remarks>
[Method("moco-v1", Title = "MoCo v1", Paper = "arXiv:1911.05722", Family = "momentum contrast", Objective = "InfoNCE", LeastBatch = 1)]
[Method("moco-v2", Title = "MoCo v2", Paper = "arXiv:2003.04297", Family = "momentum contrast", Objective = "InfoNCE", LeastBatch = 1)]
[StateMoved("query", "pair.query"), StateMoved("key", "pair.key")]
public sealed class MoCo : ProjectedMethod
{
    /// <summary>The settings; defaults are v2 on ImageNet.</summary>
    /// <param name="Temperature">τ: 0.07 in v1, 0.2 in v2, 0.1 on CIFAR.</param>
    /// <param name="Momentum">m of the key encoder (v1, Eq. 2): 0.999 on ImageNet, 0.99 on CIFAR; 0 copies the query encoder every step.</param>
    /// <param name="Queue">Keys in the dictionary.</param>
    /// <param name="Depth">Linear layers of the head: 1 in v1, 2 in v2; no batch norm in either.</param>
    /// <param name="Dim">Width of keys.</param>
    /// <param name="Shuffle">Permutes the rows before keys are encoded, so that a query and its key never share a chunk of split batch norm by design.</param>
    /// <param name="Symmetric">Lets each view be query once, and adds both losses (the authors' CIFAR notebook).</param>
    public sealed record Options(
        [Temperature] double Temperature = 0.2, [Share] double Momentum = 0.999, [Count] long Queue = 65536,
        [Depth] int Depth = 2, [Width] long Dim = 128, bool Shuffle = true, bool Symmetric = false);

    readonly Options options;
    readonly MomentumPair pair;
    readonly Queue queue;

    /// <summary>Query and key encoder start with the same weights, the queue with random unit vectors.</summary>
    public MoCo(Encoder encoder, Options options)
    {
        this.options = options;
        pair = new(encoder, new MlpHead(encoder.Dim, encoder.Dim, options.Dim, options.Depth, norm: false));
        queue = new(options.Queue, options.Dim, Initialization.Generator);
    }

    /// <inheritdoc/>
    public override Projected Network => pair.Network;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(2);
        var (x1, x2) = (batch.Views[0], batch.Views[1]);

        After(() => pair.Follow(options.Momentum));
        return options.Symmetric ? Contrast(x1, x2) + Contrast(x2, x1) : Contrast(x1, x2);
    }

    Tensor Contrast(View query, View key)
    {
        var (q, k) = (pair.Query(query), pair.Key(key, options.Shuffle));                       // [N, D] each
        var logits = InfoNce.Logits(q, k, queue.Keys, options.Temperature, normalize: false);   // [N, 1 + K]

        After(() => queue.Enqueue(k));
        Watch(q);
        Log("contrastive_accuracy", logits.Argmax(1).Eq(0).To(Dtype.Float32).Mean());
        return InfoNce.PerQuery(logits).Mean();
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new MoCo(encoders(), new(Momentum: 0.9, Queue: 20, Dim: 8)));
}
