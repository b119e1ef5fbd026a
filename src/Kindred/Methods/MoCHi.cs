using Kindred.Heads;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>MoCHi: MoCo v2 whose task is made harder by negatives mixed for each query from its hardest ones and from the query itself.</summary>
/// <remarks>
/// Kalantidis, Sariyildiz, Pion, Weinzaepfel, Larlus, "Hard Negative Mixing for Contrastive Learning", NeurIPS 2020, arXiv:2010.01028, Sec. 4. The
/// paper writes MoCHi(N, s, s′): of a query's N nearest keys in the queue, s pairs are mixed with each other and s′ with the query, whose share stays
/// below one half. Mixed negatives are constants and are never queued. The first epochs go without, as a queue of random keys has no hard ones.
/// </remarks>
[Method("mochi", Title = "MoCHi", Paper = "arXiv:2010.01028", Family = "momentum contrast", Objective = "InfoNCE, mixed negatives", LeastBatch = 1)]
public sealed class MoCHi : ProjectedMethod
{
    /// <summary>The settings; defaults are ImageNet's.</summary>
    /// <param name="Hardest">N: the nearest keys of a query, from which its negatives are mixed; all keys where the queue has fewer.</param>
    /// <param name="Pairs">s: mixes of two hard negatives; 0 makes none.</param>
    /// <param name="WithQuery">s′: mixes of the query and a hard negative; 0 makes none.</param>
    /// <param name="Warmup">Epochs of plain MoCo at the start: 15 on ImageNet, 10 on its hundred classes.</param>
    /// <param name="Temperature">τ.</param>
    /// <param name="Momentum">m of the key encoder.</param>
    /// <param name="Queue">Keys in the dictionary; the mixed ones should not outweigh them: N, s and s′ well below it.</param>
    /// <param name="Depth">Linear layers of the head, no batch norm.</param>
    /// <param name="Dim">Width of keys.</param>
    /// <param name="Shuffle">Permutes the rows before keys are encoded, see <see cref="MoCo"/>.</param>
    public sealed record Options(
        [Count] int Hardest = 1024, [Count(0)] int Pairs = 512, [Count(0)] int WithQuery = 256, [Epochs(Before = "the mixing of negatives")] int Warmup = 15,
        [Temperature] double Temperature = 0.2, [Share] double Momentum = 0.999, [Count] long Queue = 65536,
        [Depth] int Depth = 2, [Width] long Dim = 128, bool Shuffle = true);

    readonly Options options;
    readonly MomentumPair pair;
    readonly Queue queue;

    /// <summary>Query and key encoder start with the same weights, the queue with random unit vectors.</summary>
    public MoCHi(Encoder encoder, Options options)
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
        var (q, k) = (pair.Query(batch.Views[0]), pair.Key(batch.Views[1], options.Shuffle));             // [N, D] each
        Tensor[] mixed = at.Epoch < options.Warmup ? [] : [HardMixing.Draw(q, queue.Keys, options.Hardest, options.Pairs, options.WithQuery)]; // [N, s + s′, D]
        var logits = HardMixing.Logits(q, k, queue.Keys, mixed, options.Temperature);                     // [N, 1 + K + s + s′]

        After(() => pair.Follow(options.Momentum));
        After(() => queue.Enqueue(k));
        Watch(q);
        Log("contrastive_accuracy", Found(logits.Narrow(1, 0, 1 + options.Queue)));
        Log("proxy_accuracy", Found(logits));
        Log("mixed_negatives", mixed.Sum(m => m.Size(1)));
        return InfoNce.PerQuery(logits).Mean();
    }

    // How often the key is the nearest of all: among the queue, and among the mixed ones too (the paper's proxy task).
    static Tensor Found(Tensor logits) => logits.Argmax(1).Eq(0).To(Dtype.Float32).Mean();

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new MoCHi(encoders(), new(Hardest: 8, Pairs: 4, WithQuery: 2, Warmup: 0, Momentum: 0.9, Queue: 20, Dim: 8)));
}
