using System.ComponentModel.DataAnnotations;
using Kindred.Encoders;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>LoCo: SimCLR's loss on overlapping pairs of stages, so that a stage hears from the one above it although nothing is propagated from end to end.</summary>
/// <remarks>
/// Xiong, Ren, Urtasun, "LoCo: Local Contrastive Representation Learning", NeurIPS 2020, arXiv:2008.01342, Sec. 3. Unit u is the stages u and u + 1
/// with a decoder of its own; stage u + 1 is the upper half of unit u and the lower half of unit u + 1 and gathers both gradients before the one
/// step of the optimizer. What enters a unit is the output of the stage below, without its graph.
/// Differs: there is no official code. Units follow the encoder's stages; the paper divides a ResNet-50's further. A stage that two units share
/// runs twice, as its first output's graph is gone by then; its running averages count the batch once.
/// </remarks>
[Method("loco", Title = "LoCo", Paper = "arXiv:2008.01342", Family = "local learning", Objective = "NT-Xent a unit", Takes = SampleKinds.Pictures)]
public sealed class LoCo : LocalMethod
{
    /// <summary>The settings; defaults are the paper's on ImageNet.</summary>
    /// <param name="Span">Stages of a unit: 1 has no overlap (SimCLR trained greedily), 2 is LoCo, 0 is end to end.</param>
    /// <param name="Temperature">τ.</param>
    /// <param name="Hidden">Width of the heads' hidden layers; 0 is the width of what enters.</param>
    /// <param name="Depth">Linear layers of each unit's head.</param>
    /// <param name="Convolutions">3×3 convolutions in front of the pooling of every unit's decoder but the last one's: deeper decoders.</param>
    /// <param name="Dim">Width of z.</param>
    public sealed record Options(
        [Range(0, 64)] int Span = 2, [Temperature] double Temperature = 0.1, [Width(0)] long Hidden = 2048, [Depth] int Depth = 2,
        [Depth(0)] int Convolutions = 0, [Width] long Dim = 128);

    readonly Options options;
    readonly Layer[] decoders;

    /// <summary>An encoder with stages and a decoder a unit.</summary>
    /// <exception cref="ConfigurationException">The encoder has no stages, or fewer than a unit.</exception>
    public LoCo(Encoder encoder, Options options) : base(encoder, options.Span)
    {
        this.options = options;
        decoders = [.. Enumerable.Range(0, Units).Select(Decoder)];
    }

    Sequential Decoder(int unit)
    {
        var (_, pool, width) = Top(unit);
        var convolutions = Enumerable.Range(0, unit == Units - 1 ? 0 : options.Convolutions)
            .SelectMany(_ => (Layer[])[new Conv2d(width, width, 3), new BatchNorm(width), new Relu()]);
        return new([.. convolutions, pool, new MlpHead(width, options.Hidden == 0 ? width : options.Hidden, options.Dim, options.Depth)]);
    }

    /// <inheritdoc/>
    protected override Tensor Input(Batch batch)
    {
        batch.NeedsViews(2);
        return Tensor.Cat([batch.Views[0].X, batch.Views[1].X]);                      // [2N, …], rows i and i + N are one image
    }

    /// <inheritdoc/>
    protected override Tensor Loss(int unit, Tensor output)
    {
        var z = decoders[unit].Forward(output);                                       // [2N, D]
        if (unit == Units - 1) Watch(z);
        return NtXent.Loss(z, options.Temperature);
    }

    /// <inheritdoc/>
    public override Tensor Embeddings(View view) => ((Sequential)decoders[^1]).Layers[^1].Forward(Features(view));

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((_, _) => new LoCo(new ConvNet(new(Width: 2)), new(Hidden: 8, Dim: 6, Convolutions: 1)));
}
