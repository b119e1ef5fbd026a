using Kindred.Heads;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>Instance discrimination: every image is a class of its own, and its weight vector is its entry in a memory bank.</summary>
/// <remarks>
/// Wu, Xiong, Yu, Lin, "Unsupervised Feature Learning via Non-parametric Instance Discrimination", CVPR 2018, arXiv:1805.01978,
/// Sec. 3. NCE replaces the softmax over all images; its normaliser is estimated once, from the first batch. One view a sample.
/// The paper evaluates the embedding, not the representation before it. The proximal term is the paper's; the official code drops it.
/// </remarks>
[Method("instdisc", Title = "InstDisc", Paper = "arXiv:1805.01978", Family = "instance discrimination", Objective = "NCE over a memory bank", LeastBatch = 1)]
public sealed class InstDisc : ProjectedMethod
{
    /// <summary>The settings; defaults are ImageNet's.</summary>
    /// <param name="Temperature">τ: 0.07 on ImageNet, 0.1 on CIFAR.</param>
    /// <param name="Dim">Width of the embedding.</param>
    /// <param name="Negatives">K noise entries a sample; 0 takes the softmax over the whole bank, as is best for CIFAR.</param>
    /// <param name="BankMomentum">Share of the old entry when it is renewed.</param>
    /// <param name="Proximal">λ, weight of |f − v|², which damps the swing between visits.</param>
    public sealed record Options(
        [Temperature] double Temperature = 0.07, [Width] long Dim = 128, [Count(0)] long Negatives = 4096,
        [Share] double BankMomentum = 0.5, [Weight] double Proximal = 0);

    readonly Options options;
    readonly Projected network;
    readonly MemoryBank bank;

    /// <summary>A network with one linear layer as head, and a bank of random entries.</summary>
    public InstDisc(Encoder encoder, DataFacts facts, Options options)
    {
        this.options = options;
        network = new(encoder, new MlpHead(encoder.Dim, encoder.Dim, options.Dim, depth: 1));
        bank = new(facts.Samples, options.Dim, Initialization.Generator);
    }

    /// <inheritdoc/>
    public override Projected Network => network;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(1);
        var f = Rowwise.Unit(network.Forward(batch.Views[0]));                           // [N, D]

        After(() => bank.Update(batch.Index, f, options.BankMomentum));
        Watch(f);
        var loss = options.Negatives == 0 ? InstanceSoftmax.Loss(f, bank.Entries, batch.Index, options.Temperature) : Nce(f, batch.Index);
        return options.Proximal == 0 ? loss : loss + InstanceNce.Proximal(f, bank.Entries, batch.Index) * options.Proximal;
    }

    Tensor Nce(Tensor f, Tensor index)
    {
        var noise = bank.Noise(index.Size(0), options.Negatives);                         // [N, K]
        var logits = InstanceNce.Logits(f, bank.Entries, index, noise, options.Temperature);
        return InstanceNce.Loss(logits, bank.Count, bank.Fix(InstanceNce.LogNormaliser(logits, bank.Count)));
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, facts) => new InstDisc(encoders(), facts, new(Temperature: 0.5, Dim: 8, Negatives: 5, Proximal: 0.1)));
}
