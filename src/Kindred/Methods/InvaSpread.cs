using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>Invariant and spreading features: a copy must be classified as its source among the images of the batch, others must not.</summary>
/// <remarks>
/// Ye, Zhang, Yuen, Chang, "Unsupervised Embedding Learning via Invariant and Spreading Instance Feature", CVPR 2019, arXiv:1904.03436.
/// The official code (the default here) takes both views as anchors and lets gradient flow through the anchor only; the paper's form
/// classifies the second view among the first. The embedding is what the paper evaluates.
/// </remarks>
[Method("invaspread", Title = "Inva-Spread", Paper = "arXiv:1904.03436", Family = "instance discrimination", Objective = "invariant and spreading softmax")]
public sealed partial class InvaSpread : ProjectedMethod
{
    /// <summary>The settings.</summary>
    /// <param name="Temperature">τ.</param>
    /// <param name="Dim">Width of the embedding.</param>
    /// <param name="Form">Which text is followed.</param>
    /// <param name="Terms">Which halves of the objective are kept.</param>
    /// <param name="NegativeWeight">m: each negative counts m-fold, as with the authors' <c>--batch-m</c>; the paper's form has none.</param>
    public sealed record Options(
        [Temperature] double Temperature = 0.1, [Width] long Dim = 128, FormKind Form = FormKind.Code, TermKind Terms = TermKind.Both,
        [Range(1.0, 1e6)] double NegativeWeight = 1);

    readonly Projected network;
    readonly Func<Tensor, Tensor, Tensor> objective;

    /// <summary>A network with one linear layer as head.</summary>
    public InvaSpread(Encoder encoder, Options options)
    {
        objective = Objective(options);
        network = new(encoder, new MlpHead(encoder.Dim, encoder.Dim, options.Dim, depth: 1));
    }

    /// <inheritdoc/>
    public override Projected Network => network;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(2);
        var z = network.Forward([batch.Views[0], batch.Views[1]]);                    // 2 × [N, D]

        Watch(z[0]);
        return objective(z[0], z[1]);
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new InvaSpread(encoders(), new(Dim: 8)));
}
