using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Samples;

/// <summary>A method of one's own: views of one sample come close, and all samples together cover the sphere evenly.</summary>
/// <remarks>Wang, Isola, "Understanding Contrastive Representation Learning through Alignment and Uniformity on the Hypersphere", ICML 2020, arXiv:2005.10242.</remarks>
[Method("align-uniform", Title = "Alignment and uniformity", Paper = "arXiv:2005.10242", Family = "instance discrimination", Objective = "alignment + uniformity")]
public sealed class AlignUniform : Method, IEncodes
{
    /// <summary>What a recipe may set under <c>options</c>; the defaults are the paper's.</summary>
    /// <param name="Scale">t of the Gaussian between two samples.</param>
    /// <param name="Uniformity">Weight of the second term.</param>
    /// <param name="Dim">Width of the embedding.</param>
    public sealed record Options([Range(0.01, 100.0)] double Scale = 2, [Range(0.0, 100.0)] double Uniformity = 1, [Range(1, 65536)] long Dim = 64);

    readonly Options options;
    readonly Projected network;

    /// <summary>The encoder is the recipe's; fields are the state that checkpoints keep.</summary>
    public AlignUniform(Encoder encoder, Options options)
    {
        this.options = options;
        network = new(encoder, new MlpHead(encoder.Dim, encoder.Dim, options.Dim));
    }

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(2);
        var z = Array.ConvertAll(network.Forward([batch.Views[0], batch.Views[1]]), x => x.To(Dtype.Float32).Normalize());   // [N, D] each
        var align = (z[0] - z[1]).Square().Sum(1).Mean();
        var uniform = (Spread(z[0]) + Spread(z[1])) / 2;
        Watch(z[0]);
        Log("alignment", align);
        Log("uniformity", uniform);
        return align + options.Uniformity * uniform;
    }

    // log of the mean of exp(-t |a - b|²) over all pairs; on the sphere |a - b|² is 2 - 2 a·b.
    Tensor Spread(Tensor z)
    {
        var n = z.Size(0);
        var kernel = ((z.Matmul(z.T()) - 1) * (2 * options.Scale)).Exp();                                                         // [N, N], ones on the diagonal
        return ((kernel.Sum() - n) / (n * (n - 1))).Log();
    }

    /// <inheritdoc/>
    public Tensor Features(View view) => network.Encoder.Forward(view);

    /// <inheritdoc/>
    public Tensor Embeddings(View view) => network.Forward(view);

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, _) => new AlignUniform(encoders(), new()));
}
