using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Memories;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>SimCLR: two views of one image attract, every other image of the batch repels.</summary>
/// <remarks>
/// Chen, Kornblith, Norouzi, Hinton, "A Simple Framework for Contrastive Learning of Visual Representations", ICML 2020,
/// arXiv:2002.05709, Algorithm 1. v2 (Chen et al., NeurIPS 2020, arXiv:2006.10029) takes the same step with a bigger encoder and
/// a head of three layers; its other two phases are <see cref="FineTune"/> and <see cref="Distill"/>. The memory of v2 (Sec. 2) adds
/// keys of a moving-average network as negatives.
/// Differs: negatives come from one device's batch, the paper gathers them from all. Which keys the memory holds is not published:
/// here those of the first view.
/// </remarks>
[Method("simclr", Title = "SimCLR", Paper = "arXiv:2002.05709", Family = "instance discrimination", Objective = "NT-Xent")]
[Method("simclr-v2", Title = "SimCLR v2", Paper = "arXiv:2006.10029", Family = "instance discrimination", Objective = "NT-Xent, cross-entropy, distillation")]
public sealed partial class SimCLR : ProjectedMethod
{
    /// <summary>The settings; defaults are v1 on ImageNet.</summary>
    /// <param name="Temperature">Divides the cosines (Sec. 5.1): 0.1 on ImageNet, 0.5 on CIFAR-10.</param>
    /// <param name="Head">What the projection head is.</param>
    /// <param name="Hidden">Width of the head's hidden layers; 0 is the width of the representation.</param>
    /// <param name="Depth">Linear layers of the head: 2 in v1, 3 in v2.</param>
    /// <param name="Dim">Width of z.</param>
    /// <param name="HeadNorm">The official code's head: batch norm with gain after the last layer too, weights from N(0, 0.01²).</param>
    /// <param name="Loss">Which loss.</param>
    /// <param name="Margin">m of the margin loss, in units of cosine.</param>
    /// <param name="Negatives">Which negatives the logistic and margin losses use.</param>
    /// <param name="Memory">Keys in v2's memory; 0 has none.</param>
    /// <param name="Momentum">Of the network that fills the memory.</param>
    public sealed record Options(
        [Temperature] double Temperature = 0.1, HeadKind Head = HeadKind.Mlp, [Width(0)] long Hidden = 0,
        [Depth] int Depth = 2, [Width] long Dim = 128, bool HeadNorm = true, LossKind Loss = LossKind.NtXent,
        [Range(0.0, 100.0)] double Margin = 0.4, NegativeMining Negatives = NegativeMining.All, [Count(0)] long Memory = 0, [Share] double Momentum = 0.999);

    readonly Options options;
    readonly Projected network;
    readonly Func<Tensor, Tensor> objective;
    readonly Projected? keys;
    readonly Queue? memory;

    /// <summary>A network of this encoder and a fresh head.</summary>
    public SimCLR(Encoder encoder, Options options)
    {
        this.options = options;
        (network, objective) = (new(encoder, Head(encoder.Dim, options)), Objective(options));
        if (options.Memory == 0) return;
        keys = network.Twin();
        memory = new(options.Memory, options.Head == HeadKind.None ? encoder.Dim : options.Dim, Initialization.Generator);
    }

    /// <inheritdoc/>
    public override Projected Network => network;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(2);
        var z = Tensor.Cat(network.Forward([batch.Views[0], batch.Views[1]]));   // [2N, D], rows i and i + N are one image

        Watch(z);
        return memory is null ? objective(z) : WithMemory(z, batch.Views[0]);
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new SimCLR(encoders(), new(Dim: 8)));
}
