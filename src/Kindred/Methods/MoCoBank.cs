using Kindred.Heads;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>MoCo with a memory bank in place of queue and key encoder: keys are every image's last embedding.</summary>
/// <remarks>He et al., arXiv:1911.05722, Fig. 2b and 3: what momentum contrast is compared with. An entry is as old as an epoch.</remarks>
[Method("moco-bank", Title = "MoCo with a memory bank", Paper = "arXiv:1911.05722", Family = "momentum contrast", Objective = "InfoNCE", Role = MethodRole.Baseline, LeastBatch = 1)]
public sealed class MoCoBank : ProjectedMethod
{
    /// <summary>The settings.</summary>
    /// <param name="Temperature">τ.</param>
    /// <param name="Negatives">Entries of the bank that a batch is compared with.</param>
    /// <param name="BankMomentum">Share of the old entry when it is renewed.</param>
    /// <param name="Depth">Linear layers of the head.</param>
    /// <param name="Dim">Width of keys.</param>
    public sealed record Options(
        [Temperature] double Temperature = 0.2, [Count] long Negatives = 65536, [Share] double BankMomentum = 0.5,
        [Depth] int Depth = 2, [Width] long Dim = 128);

    readonly Options options;
    readonly Projected query;
    readonly MemoryBank bank;

    /// <summary>The bank starts with random unit vectors.</summary>
    public MoCoBank(Encoder encoder, DataFacts facts, Options options)
    {
        this.options = options;
        query = new(encoder, new MlpHead(encoder.Dim, encoder.Dim, options.Dim, options.Depth, norm: false));
        bank = new(facts.Samples, options.Dim, Initialization.Generator);
    }

    /// <inheritdoc/>
    public override Projected Network => query;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(1);
        var q = Rowwise.Unit(query.Forward(batch.Views[0]));                                     // [N, D]
        var k = bank.Entries.IndexSelect(0, batch.Index);                                        // [N, D]
        var others = bank.Entries.IndexSelect(0, bank.Noise(1, options.Negatives).Flatten());    // [K, D]
        var logits = InfoNce.Logits(q, k, others, options.Temperature, normalize: false);        // [N, 1 + K]

        After(() => bank.Update(batch.Index, q, options.BankMomentum));
        Watch(q);
        Log("contrastive_accuracy", logits.Argmax(1).Eq(0).To(Dtype.Float32).Mean());
        return InfoNce.PerQuery(logits).Mean();
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, facts) => new MoCoBank(encoders(), facts, new(Negatives: 20, Dim: 8)));
}
