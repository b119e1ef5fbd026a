using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>A discriminator that knows classes: a body, whether a picture is real, and where classes are compared. Weights are spectrally normalised.</summary>
/// <remarks>Classes come in by projection (Miyato, Koyama, arXiv:1802.05637: their embedding's product with the features is added to the score) or by
/// contrast (Kang, Park, arXiv:2006.12681).</remarks>
public sealed class ConditionalCritic : Module
{
    /// <summary>How classes come in.</summary>
    public enum ClassInput
    {
        /// <summary>Not at all; the generator's classes are then names without a meaning.</summary>
        None,
        /// <summary>Their embedding scores the features.</summary>
        Projection,
        /// <summary>Features are projected to where their embeddings are.</summary>
        Contrast,
    }

    readonly ResidualDiscriminator body;
    readonly Linear real;
    readonly Linear? project;
    readonly Embedding? embedding;
    readonly ClassInput input;

    /// <summary>Puts it together.</summary>
    /// <param name="body">What looks at pictures.</param>
    /// <param name="classes">How many there are.</param>
    /// <param name="input">How they come in.</param>
    /// <param name="dim">Width of the embeddings that are contrasted.</param>
    public ConditionalCritic(ResidualDiscriminator body, int classes, ClassInput input, long dim)
    {
        ArgumentNullException.ThrowIfNull(body);
        (this.body, this.input) = (body, input);
        real = Linear.Spectral(body.Dim, 1);
        if (input == ClassInput.Contrast) project = Linear.Spectral(body.Dim, dim);
        if (input != ClassInput.None) embedding = Embedding.Spectral(classes, input == ClassInput.Contrast ? dim : body.Dim);
    }

    /// <summary>What looks at pictures.</summary>
    public ResidualDiscriminator Body => body;

    /// <summary>Where the weights are.</summary>
    public Device Device => real.Weight.Value.Device;

    /// <summary>Scores, `[N]`, and features, `[N, Dim]`.</summary>
    /// <param name="x">Pictures, `[N, C, H, W]`.</param>
    /// <param name="labels">Their classes, `[N]`; below 0 for none.</param>
    public (Tensor Scores, Tensor Features) Look(Tensor x, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var h = body.Forward(x).To(Dtype.Float32);
        var scores = real.Forward(h).To(Dtype.Float32).Squeeze(1);
        if (input == ClassInput.Projection)
            scores = scores + (Rowwise.Dot(embedding!.Forward(labels.ClampMin(0)), h) * Labels.Known(labels).To(Dtype.Float32));
        return (scores, h);
    }

    /// <summary>Where pictures are compared with classes; without contrast the features.</summary>
    /// <param name="h">`[N, Dim]`.</param>
    public Tensor Project(Tensor h) => project?.Forward(h).To(Dtype.Float32) ?? h;

    /// <summary>The embeddings of classes, `[N, dim]`.</summary>
    /// <param name="labels">`[N]`, from 0.</param>
    public Tensor Embed(Tensor labels) => embedding!.Forward(labels).To(Dtype.Float32);
}
