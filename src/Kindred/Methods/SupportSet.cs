using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;
using Objective = Kindred.Objectives.SupportSet;

namespace Kindred.Methods;

/// <summary>Support-set bottlenecks: a film and its caption find each other, and the caption must be writable from other films of the batch.</summary>
/// <remarks>
/// Patrick et al., "Support-set bottlenecks for video-text representation learning", ICLR 2021, arXiv:2010.02824, Sec. 3: cross-modal contrast (eq. 1) and, weighted by λ,
/// the log-likelihood of a caption given a mix of films, in which those weigh most that the caption is most like (eqs. 3–5). Written from the films of others, the
/// caption teaches what films have in common, and the contrast pushes similar films apart less.
/// Differs: a recurrent decoder over the captions' own words, and encoders from scratch, in place of T5; the hybrid is the mean of the identity and the cross loss.
/// </remarks>
[Method("support-set", Title = "Support-set bottlenecks", Paper = "arXiv:2010.02824", Family = "cross-modal contrast", Modality = "films with text",
    Objective = "cross-modal ranking and cross-captioning")]
public sealed partial class SupportSet : Method, IEncodes
{
    /// <summary>The settings; defaults are the paper's.</summary>
    /// <param name="Contrast">How film and caption look for each other.</param>
    /// <param name="Margin">m of the ranking.</param>
    /// <param name="Temperature">Of the softmax, where the contrast is one.</param>
    /// <param name="Caption">Which films a caption is written from.</param>
    /// <param name="CaptionTemperature">τ of the weights of the mix.</param>
    /// <param name="Weight">λ of writing.</param>
    /// <param name="Dim">Width of what is compared.</param>
    /// <param name="Decoder">Width of the decoder.</param>
    public sealed record Options(
        ContrastKind Contrast = ContrastKind.Hardest, [Range(0.0, 2.0)] double Margin = 0.2, [Temperature] double Temperature = 0.05, CaptionKind Caption = CaptionKind.Cross,
        [Temperature] double CaptionTemperature = 0.1, [Weight] double Weight = 1, [Width] long Dim = 256, [Width] long Decoder = 128);

    readonly Options options;
    readonly Projected video, text;
    readonly CaptionDecoder? decoder;

    /// <summary>A network for each kind, a linear layer behind both, and a decoder unless captions are not written.</summary>
    /// <param name="video">Reads films.</param>
    /// <param name="text">Reads captions.</param>
    /// <param name="facts">The vocabulary of the captions.</param>
    /// <param name="options">The settings.</param>
    public SupportSet(Encoder video, Encoder text, DataFacts facts, Options options)
    {
        OptionRules.Check(options);
        ArgumentNullException.ThrowIfNull(video);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(facts);
        this.options = options;
        (this.video, this.text) = (new(video, new Linear(video.Dim, options.Dim)), new(text, new Linear(text.Dim, options.Dim)));
        if (options.Caption != CaptionKind.None) decoder = new(video.Dim, facts.For("text").Input("vocabulary", 1000), options.Decoder);
    }

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Count < 2) throw new ConfigurationException("train.batch: a film is told from the others of its batch, and a caption written from them; take at least 2.");
        var (film, words) = (batch.View("video"), batch.View("text"));
        var u = video.Encoder.Forward(film);                                       // [N, F], what the decoder is handed
        var (v, t) = (video.Head.Forward(u).To(Dtype.Float32), text.Forward(words).To(Dtype.Float32));
        var contrast = Contrast(t, v);
        Watch(Rowwise.Unit(v));
        Log("contrast", contrast);
        if (decoder is null) return contrast;
        var caption = options.Caption == CaptionKind.Hybrid ? (Written(Support.Identity) + Written(Support.Cross)) / 2 : Written(Enum.Parse<Support>(options.Caption.ToString()));
        Log("caption", caption);
        return contrast + (options.Weight * caption);

        Tensor Written(Support support) =>
            Objective.Loss(t, v, u, mix => decoder.Forward(mix, words.X), CaptionDecoder.Targets(words.X), support, options.CaptionTemperature);
    }

    /// <summary>The representation of a film, or of a caption where the view is <c>text</c>.</summary>
    public Tensor Features(View view) => Of(view).Encoder.Forward(view);

    /// <summary>Where films and captions are compared.</summary>
    public Tensor Embeddings(View view) => Of(view).Forward(view);

    Projected Of(View view) => (view ?? throw new ArgumentNullException(nameof(view))).Group == "text" ? text : video;

    /// <summary>A tiny one, which the tests train.</summary>
    public static MethodExample Example => new((_, _) =>
    {
        var facts = DataFacts.None.WithInput("features", 6).WithInput("length", 5).WithInput("vocabulary", 20);
        return new SupportSet(new Encoders.FrameEncoder(new(Width: 8, Heads: 2), facts), new Encoders.WordEncoder(new(Width: 8, Heads: 2), facts), facts, new(Dim: 8, Decoder: 8));
    }, Data: "films") { Rate = 0.1 };
}
