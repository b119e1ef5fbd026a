using Kindred.Heads;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>MoCo without a dictionary: the batch itself, differentiated on both sides.</summary>
/// <remarks>He et al., arXiv:1911.05722, Fig. 2a and 3: what momentum contrast is compared with. There are as many negatives as the batch has samples, less one.</remarks>
[Method("end-to-end", Title = "End to end, as MoCo compares with", Paper = "arXiv:1911.05722", Family = "momentum contrast", Objective = "InfoNCE", Role = MethodRole.Baseline)]
public sealed class EndToEnd : ProjectedMethod
{
    /// <summary>The settings.</summary>
    /// <param name="Temperature">τ.</param>
    /// <param name="Depth">Linear layers of the head.</param>
    /// <param name="Dim">Width of keys.</param>
    public sealed record Options([Temperature] double Temperature = 0.2, [Depth] int Depth = 2, [Width] long Dim = 128);

    readonly double temperature;
    readonly Projected network;

    /// <summary>One network for both sides.</summary>
    public EndToEnd(Encoder encoder, Options options)
    {
        temperature = options.Temperature;
        network = new(encoder, new MlpHead(encoder.Dim, encoder.Dim, options.Dim, options.Depth, norm: false));
    }

    /// <inheritdoc/>
    public override Projected Network => network;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(2);
        var q = Rowwise.Unit(network.Forward(batch.Views[0]));     // [N, D]

        Watch(q);
        return InfoNce.InBatch(q, network.Forward(batch.Views[1]), temperature);
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new EndToEnd(encoders(), new(Dim: 8)));
}
