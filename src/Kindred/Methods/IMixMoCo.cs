using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>i-Mix on MoCo: a mixed query has two keys to find, among all keys of the batch and those of the queue.</summary>
/// <remarks>
/// Lee et al., arXiv:2010.08887, Sec. 3.2. MoCo's own logits, one positive and the queue, have no place for the second target: the batch's other keys become columns too.
/// The head has batch norm after its hidden layer, as in the authors' code.
/// </remarks>
[Method("imix-moco", Title = "i-Mix on MoCo", Paper = "arXiv:2010.08887", Family = "momentum contrast", Modality = "pictures, sound", Objective = "InfoNCE, mixed labels",
    Takes = SampleKinds.Rows)]
public sealed class IMixMoCo : ProjectedMethod
{
    /// <summary>The settings; defaults are CIFAR's.</summary>
    /// <param name="Mix">How two inputs are mixed; none is MoCo with the batch's other keys as further negatives.</param>
    /// <param name="Alpha">α: the mixing weight is drawn from Beta(α, α).</param>
    /// <param name="InputMix">Other samples that are mixed into both views and leave labels alone; see <see cref="IMix"/>.</param>
    /// <param name="Temperature">τ.</param>
    /// <param name="Momentum">m of the key encoder.</param>
    /// <param name="Queue">Keys in the dictionary.</param>
    /// <param name="Hidden">Width of the head's hidden layer; 0 is the width of the representation.</param>
    /// <param name="Dim">Width of keys.</param>
    /// <param name="Shuffle">Permutes the rows before keys are encoded, see <see cref="MoCo"/>.</param>
    public sealed record Options(
        MixKind Mix = MixKind.MixUp, [Range(0.001, 1000.0)] double Alpha = 1, [Range(0, 16)] int InputMix = 0,
        [Temperature] double Temperature = 0.2, [Share] double Momentum = 0.999, [Count] long Queue = 4096, [Width(0)] long Hidden = 0, [Width] long Dim = 128, bool Shuffle = true);

    readonly Options options;
    readonly MomentumPair pair;
    readonly Queue queue;
    readonly InputMixing mixing;

    /// <summary>Query and key encoder start with the same weights, the queue with random unit vectors.</summary>
    /// <exception cref="ConfigurationException">The encoder's inputs cannot be mixed.</exception>
    public IMixMoCo(Encoder encoder, Options options)
    {
        OptionRules.Check(options);
        this.options = options;
        pair = new(encoder, new MlpHead(encoder.Dim, options.Hidden == 0 ? encoder.Dim : options.Hidden, options.Dim));
        queue = new(options.Queue, options.Dim, Initialization.Generator);
        mixing = new(encoder, options.Mix, options.Alpha, options.InputMix);
    }

    /// <inheritdoc/>
    public override Projected Network => pair.Network;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        var mixed = mixing.Of(batch);
        var (q, k) = (pair.Query(mixed.Query), pair.Key(mixed.Key, options.Shuffle));                   // [N, D] each

        After(() => pair.Follow(options.Momentum));
        After(() => queue.Enqueue(k));
        Watch(q);
        Log("share", mixed.Share.Mean());
        return InstanceMix.PerQuery(q, k, queue.Keys, mixed.Share, mixed.Partner, options.Temperature).Mean();
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new IMixMoCo(encoders(), new(Momentum: 0.9, Queue: 20, Dim: 8)));
}
