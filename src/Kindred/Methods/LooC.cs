using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>LooC: an embedding space that no augmentation moves, and one for each augmentation that this one does move, on one trunk.</summary>
/// <remarks>
/// Xiao, Wang, Efros, Darrell, "What Should Not Be Contrastive in Contrastive Learning", ICLR 2021, arXiv:2008.05659, Sec. 3. On MoCo v2: view 0 is the query,
/// view 1 the key k₀ with everything drawn anew, view 1 + i the key kᵢ that shares the query's i-th augmentation (a recipe's <c>leaveOut</c>). In space i the picture's other
/// views are negatives, so that the trunk has to keep what the i-th augmentation changes. Each space has a queue of its own.
/// Differs: spaces part at the heads, the paper lets them part before the last stage.
/// </remarks>
[Method("looc", Title = "LooC", Paper = "arXiv:2008.05659", Family = "momentum contrast", Objective = "InfoNCE in a space for each augmentation", LeastBatch = 1)]
public sealed class LooC : Method, IEncodes, IProjected
{
    /// <summary>What is evaluated as the representation.</summary>
    public enum FeatureKind
    {
        /// <summary>The trunk's output: LooC.</summary>
        Trunk,

        /// <summary>The hidden layers of all heads side by side: LooC++.</summary>
        Spaces,
    }

    /// <summary>The settings; defaults are those of a hundred classes of ImageNet.</summary>
    /// <param name="Augmentations">n: as many as the recipe's views leave out; 0 is MoCo v2.</param>
    /// <param name="Features">What is evaluated as the representation.</param>
    /// <param name="Temperature">τ.</param>
    /// <param name="Momentum">m of the key encoder.</param>
    /// <param name="Queue">Keys in the dictionary of each space.</param>
    /// <param name="Hidden">Width of each head's hidden layer; 0 is the width of the representation.</param>
    /// <param name="Dim">Width of keys in each space.</param>
    /// <param name="Shuffle">Permutes the rows before keys are encoded, see <see cref="MoCo"/>.</param>
    public sealed record Options(
        [Range(0, 30)] int Augmentations = 2, FeatureKind Features = FeatureKind.Trunk, [Temperature] double Temperature = 0.2, [Share] double Momentum = 0.999,
        [Count] long Queue = 16384, [Width(0)] long Hidden = 0, [Width] long Dim = 128, bool Shuffle = true);

    readonly Options options;
    readonly MomentumPair pair;
    readonly Queue[] queues;                                                          // one a space
    readonly SpaceHeads heads;

    /// <summary>Query and key encoder start with the same weights, the queues with random unit vectors.</summary>
    public LooC(Encoder encoder, Options options)
    {
        OptionRules.Check(options);
        ArgumentNullException.ThrowIfNull(encoder);
        this.options = options;
        var hidden = options.Hidden == 0 ? encoder.Dim : options.Hidden;
        heads = new([.. Enumerable.Range(0, options.Augmentations + 1).Select(_ => new MlpHead(encoder.Dim, hidden, options.Dim, norm: false))]);
        pair = new(encoder, heads);
        queues = [.. Enumerable.Range(0, options.Augmentations + 1).Select(_ => new Queue(options.Queue, options.Dim, Initialization.Generator))];
    }

    /// <inheritdoc/>
    public Projected Network => pair.Network;

    /// <inheritdoc/>
    public Tensor Features(View view)
    {
        var h = pair.Encoder.Forward(view);
        return options.Features == FeatureKind.Trunk ? h : heads.Hidden(h);
    }

    /// <summary>The embeddings in all spaces side by side, each at unit length, `[N, (n + 1) D]`.</summary>
    public Tensor Embeddings(View view) => Rowwise.Unit(Apart(pair.Network.Forward(view))).Flatten(1);

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        if (batch.Views.Length != queues.Length + 1)
            throw new ConfigurationException(
                $"options.augmentations: LooC with {options.Augmentations} of them compares {queues.Length + 1} views, the query, k₀ and a key for each; "
                + $"the recipe makes {batch.Views.Length}. Name as many operations in the views' leaveOut.");
        var q = Apart(pair.Network.Forward(batch.Views[0])).Transpose(0, 1);                                 // [S, N, D]
        var k = Spaces(pair.KeysOf(batch.Views[1..], options.Shuffle));                                      // [S, V, N, D]
        var losses = LeaveOneOutContrast.PerSpace(q, k, Tensor.Stack([.. queues.Select(queue => queue.Keys)]), options.Temperature);

        After(() => pair.Follow(options.Momentum));
        for (var space = 0; space < queues.Length; space++)
        {
            var (queue, own) = (queues[space], k.Select(0, space).Select(0, space));
            After(() => queue.Enqueue(own));
            Log($"space_{space}", losses.Select(0, space));
        }
        Watch(q.Select(0, 0));
        return losses.Mean();
    }

    // V × [N, S D] → [S, V, N, D]
    Tensor Spaces(Tensor[] keys) => Rowwise.Unit(Apart(Tensor.Stack(keys)).Permute([2, 0, 1, 3]));

    // [..., S D] → [..., S, D]
    Tensor Apart(Tensor z) => z.Unflatten(-1, [queues.Length, options.Dim]);

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new LooC(encoders(), new(Augmentations: 2, Momentum: 0.9, Queue: 20, Dim: 8)));
}
