using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>i-Mix on the N-pair loss: each sample is its own class, and what mixes two samples mixes their classes too.</summary>
/// <remarks>
/// Lee, Zhu, Sohn, Li, Shin, Lee, "i-Mix: A Domain-Agnostic Strategy for Contrastive Representation Learning", ICLR 2021, arXiv:2010.08887, Sec. 3.1. The
/// N-pair loss is SimCLR's without negatives of one's own view: a query is found among the keys of the batch. On MoCo: <see cref="IMixMoCo"/>; on BYOL: <see cref="IMixBYOL"/>.
/// </remarks>
[Method("imix-simclr", Title = "i-Mix on N-pair", Paper = "arXiv:2010.08887", Family = "instance discrimination", Modality = "pictures, sound", Objective = "N-pair, mixed labels",
    Takes = SampleKinds.Rows)]
public sealed class IMix : ProjectedMethod
{
    /// <summary>The settings; defaults are CIFAR's.</summary>
    /// <param name="Mix">How two inputs are mixed; none is the N-pair loss alone.</param>
    /// <param name="Alpha">α: the mixing weight is drawn from Beta(α, α).</param>
    /// <param name="InputMix">Other samples that are mixed into both views and leave labels alone, for data of which no augmentation is known: 1 or 2; 0 is none.</param>
    /// <param name="Temperature">τ; 0.5 on spoken words, 0.1 on tables.</param>
    /// <param name="Hidden">Width of the head's hidden layer; 0 is the width of the representation.</param>
    /// <param name="Dim">Width of z.</param>
    public sealed record Options(
        MixKind Mix = MixKind.MixUp, [Range(0.001, 1000.0)] double Alpha = 1, [Range(0, 16)] int InputMix = 0,
        [Temperature] double Temperature = 0.2, [Width(0)] long Hidden = 0, [Width] long Dim = 128);

    readonly Options options;
    readonly Projected network;
    readonly InputMixing mixing;

    /// <summary>A network of this encoder and a head with batch norm after both layers.</summary>
    /// <exception cref="ConfigurationException">The encoder's inputs cannot be mixed.</exception>
    public IMix(Encoder encoder, Options options)
    {
        OptionRules.Check(options);
        this.options = options;
        network = new(encoder, new MlpHead(encoder.Dim, options.Hidden == 0 ? encoder.Dim : options.Hidden, options.Dim, last: MlpHead.Last.Norm));
        mixing = new(encoder, options.Mix, options.Alpha, options.InputMix);
    }

    /// <inheritdoc/>
    public override Projected Network => network;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        var mixed = mixing.Of(batch);
        var z = network.Forward([mixed.Query, mixed.Key]);                                               // 2 × [N, D]

        Watch(z[0]);
        Log("share", mixed.Share.Mean());
        return InstanceMix.PerQuery(z[0], z[1], mixed.Share, mixed.Partner, options.Temperature).Mean();
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new IMix(encoders(), new(Dim: 8)));
}
