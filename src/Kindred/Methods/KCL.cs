using Kindred.Heads;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>KCL: MoCo whose query has, beside its own key, up to k keys of its class in the queue as positives; the same few for every class, frequent or rare.</summary>
/// <remarks>
/// Kang, Li, Xie, Yuan, Feng, "Exploring Balanced Feature Spaces for Representation Learning", ICLR 2021 (OpenReview OqtLIabPTit), Sec. 4. Made for
/// long-tailed data. A rare class has fewer than k keys in the queue, and the mean goes over those that there are. A sample without a label is MoCo's:
/// its key is its only positive, and nobody's other.
/// Differs: positives are drawn uniformly without replacement from the queue; the settings are those of the public re-implementation (LTH14/targeted-supcon),
/// there is no code of the authors'.
/// </remarks>
[Method("kcl", Title = "KCL", Paper = "OpenReview OqtLIabPTit", Family = "momentum contrast", Objective = "InfoNCE, k positives", LeastBatch = 1)]
public sealed class KCL : ProjectedMethod
{
    /// <summary>The settings; defaults are ImageNet-LT's.</summary>
    /// <param name="Positives">k: keys of the query's class that are drawn from the queue; 0 is MoCo.</param>
    /// <param name="Unused">What becomes of keys of the class that were not drawn: they stay among the negatives, count as similarity 0, or are taken out.</param>
    /// <param name="Temperature">τ.</param>
    /// <param name="Momentum">m of the key encoder.</param>
    /// <param name="Queue">Keys with labels; long enough to hold the rare classes.</param>
    /// <param name="Depth">Linear layers of the head, no batch norm.</param>
    /// <param name="Dim">Width of keys.</param>
    /// <param name="Shuffle">Permutes the rows before keys are encoded, see <see cref="MoCo"/>.</param>
    public sealed record Options(
        [Count(0)] int Positives = 6, UnusedPositives Unused = UnusedPositives.Keep,
        [Temperature] double Temperature = 0.07, [Share] double Momentum = 0.999, [Count] long Queue = 65536,
        [Depth] int Depth = 2, [Width] long Dim = 128, bool Shuffle = true);

    readonly Options options;
    readonly MomentumPair pair;
    readonly LabelledQueue queue;

    /// <summary>Query and key encoder start with the same weights, the queue with random unit vectors that have no class.</summary>
    /// <exception cref="ConfigurationException">There are no classes.</exception>
    public KCL(Encoder encoder, DataFacts facts, Options options)
    {
        facts.NeedsClasses("KCL draws positives of the same class");
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
        if (batch.Labels is not { } labels) throw new DataException("KCL needs labels, and this batch has none.");
        var (q, k) = (pair.Query(batch.Views[0]), pair.Key(batch.Views[1], options.Shuffle));             // [N, D] each
        var positives = KPositive.Draw(labels, queue.Labels, options.Positives);                          // [N, k] rows of the queue

        After(() => pair.Follow(options.Momentum));
        After(() => queue.Enqueue(k, labels));
        Watch(q);
        Log("positives", KPositive.Used(positives).To(Dtype.Float32).Mean());
        return KPositive.PerQuery(q, k, queue.Keys, positives, options.Temperature, labels, queue.Labels, options.Unused).Mean();
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, facts) => new KCL(encoders(), facts, new(Positives: 2, Temperature: 0.2, Momentum: 0.9, Queue: 20, Dim: 8)));
}
