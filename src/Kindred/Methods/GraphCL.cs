using Kindred.Heads;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>GraphCL: two views of one graph attract, the other graphs of the batch repel.</summary>
/// <remarks>
/// You, Chen, Sui, Chen, Wang, Shen, "Graph Contrastive Learning with Augmentations", NeurIPS 2020, arXiv:2010.13902, Sec. 3 and Eq. 3.
/// SimCLR's step in one direction: the first view asks, the second answers, and the positive is left out of the denominator, so that the loss
/// may be negative. The views pass through the network one after the other, each with its own batch statistics, as in the authors' code.
/// </remarks>
[Method("graphcl", Title = "GraphCL", Paper = "arXiv:2010.13902", Family = "instance discrimination", Objective = "NT-Xent without the positive below")]
public sealed class GraphCL : ProjectedMethod
{
    /// <summary>The settings; defaults are the authors' on TU data sets.</summary>
    /// <param name="Temperature">τ: 0.2 on TU data sets, 0.1 on molecules and proteins.</param>
    /// <param name="Dim">Width of the head and of z; 0 is the width of the representation.</param>
    /// <param name="PositiveBelow">Whether the positive stands in the denominator too, as in SimCLR.</param>
    public sealed record Options([Temperature] double Temperature = 0.2, [Width(0)] long Dim = 0, bool PositiveBelow = false);

    readonly Options options;

    /// <summary>A network of this encoder and a head of two layers.</summary>
    public GraphCL(Encoder encoder, Options options)
    {
        OptionRules.Check(options);
        this.options = options;
        var width = options.Dim == 0 ? encoder.Dim : options.Dim;
        Network = new(encoder, new MlpHead(encoder.Dim, width, width, norm: false));
    }

    /// <inheritdoc/>
    public override Projected Network { get; }

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(2);
        if (batch.Count < 2) throw new ConfigurationException("train.batch: GraphCL compares a sample with the others of its batch; take at least 2.");
        var (z, other) = (Network.Forward(batch.Views[0]), Network.Forward(batch.Views[1]));
        Watch(z);
        return GraphContrast.Loss(z, other, options.Temperature, excludePositive: !options.PositiveBelow);
    }

    /// <summary>A tiny one, which the tests train.</summary>
    public static MethodExample Example => new((encoders, _) => new GraphCL(encoders(), new(Dim: 8)));
}
