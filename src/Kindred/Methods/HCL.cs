using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>HCL: SimCLR whose negatives count the more the harder they are, corrected for those that are of the anchor's own class.</summary>
/// <remarks>
/// Robinson, Chuang, Sra, Jegelka, "Contrastive Learning with Hard Negative Samples", ICLR 2021, arXiv:2010.04592, Eq. 4 and Sec. 3; with β = 0 it is the debiased
/// loss of Chuang, Robinson, Lin, Torralba, Jegelka, NeurIPS 2020, arXiv:2007.00224. Both as in the authors' code, where the gradient flows through the
/// weights of the negatives too.
/// </remarks>
[Method("hcl", Title = "HCL", Paper = "arXiv:2010.04592", Family = "instance discrimination", Objective = "debiased, hard negatives")]
public sealed class HCL : ProjectedMethod
{
    /// <summary>The settings; defaults are the authors' code.</summary>
    /// <param name="Temperature">t, divides the cosines.</param>
    /// <param name="Prior">τ⁺, the chance that another image is of the anchor's class; 0 corrects nothing. The paper: 0.1 on CIFAR-10 and STL-10, 0.05 on CIFAR-100.</param>
    /// <param name="Hardness">β, concentrates the negatives on hard ones; 0 is the debiased loss. The paper: 0.5 on CIFAR-10, 1 on STL-10 and CIFAR-100.</param>
    /// <param name="AnnealTo">β at the end of training, reached in nine equal steps (the code's <c>--anneal down</c>, to 0); null keeps it.</param>
    /// <param name="Hidden">Width of the head's hidden layer.</param>
    /// <param name="Dim">Width of z.</param>
    public sealed record Options(
        [Temperature] double Temperature = 0.5, [Range(0.0, 0.999)] double Prior = 0.1, [Range(0.0, 100.0)] double Hardness = 1, [Range(0.0, 100.0)] double? AnnealTo = null,
        [Width] long Hidden = 512, [Width] long Dim = 128);

    const int Anneals = 9;

    readonly Options options;
    readonly Projected network;

    /// <summary>A network of this encoder and a fresh head.</summary>
    public HCL(Encoder encoder, Options options)
    {
        this.options = options;
        network = new(encoder, new MlpHead(encoder.Dim, options.Hidden, options.Dim));
    }

    /// <inheritdoc/>
    public override Projected Network => network;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(2);
        var z = network.Forward([batch.Views[0], batch.Views[1]]);                    // 2 × [N, D]

        Watch(z[0]);
        return HardNegative.Loss(z[0], z[1], options.Temperature, options.Prior, Hardness(at));
    }

    double Hardness(Progress at)
    {
        if (options.AnnealTo is not { } end) return options.Hardness;
        var taken = Math.Min(Anneals, at.Epoch * (Anneals + 1) / Math.Max(1, at.Epochs));
        return options.Hardness + (end - options.Hardness) * taken / Anneals;
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new HCL(encoders(), new(Hidden: 8, Dim: 6)));
}
