using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>SupCon: every view of every image of one's class attracts, all others repel; a classifier is fitted afterwards.</summary>
/// <remarks>
/// Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, arXiv:2004.11362, Eq. 2 and 3. The second stage, a linear classifier on the frozen
/// encoder, is the phase <see cref="Classify"/>; fine-tuning everything by cross-entropy instead is <see cref="FineTune"/> with all labels. With <c>joint</c> there is one
/// stage: cross-entropy of a classifier of h is added to the loss, and both reach the encoder.
/// Differs: images without a label are classes of their own, as in SimCLR. The official code's factor τ / 0.07, which only rescales the learning rate, is
/// the option <c>baseTemperature</c>.
/// </remarks>
[Method("supcon", Title = "SupCon", Paper = "arXiv:2004.11362", Family = "supervised", Objective = "supervised contrast")]
public sealed class SupCon : ProjectedMethod, IScores
{
    /// <summary>The settings; defaults are the paper's.</summary>
    /// <param name="Temperature">τ.</param>
    /// <param name="BaseTemperature">τ₀, 0.07 in the official code: the loss is multiplied by τ / τ₀. Null is the paper.</param>
    /// <param name="Sum">Where the positives are summed: outside the logarithm (Eq. 2) or inside (Eq. 3), which is worse.</param>
    /// <param name="FirstViewOnly">Only first views are anchors.</param>
    /// <param name="Hidden">Width of the head's hidden layer; 0 is the width of the representation.</param>
    /// <param name="Dim">Width of z.</param>
    /// <param name="HeadNorm">Batch norm in the head; the paper has none.</param>
    /// <param name="Joint">Weight of a classifier's cross-entropy in the same stage; 0 has no classifier.</param>
    public sealed record Options(
        [Temperature] double Temperature = 0.1, [Temperature] double? BaseTemperature = null, PositiveSum Sum = PositiveSum.Out, bool FirstViewOnly = false,
        [Width(0)] long Hidden = 0, [Width] long Dim = 128, bool HeadNorm = false, [Weight] double Joint = 0);

    readonly Options options;
    readonly Projected network;
    readonly LinearClassifier? classifier;

    /// <summary>A network of this encoder and a fresh head; in one stage, a classifier too.</summary>
    /// <exception cref="ConfigurationException">There are no classes.</exception>
    public SupCon(Encoder encoder, DataFacts facts, Options options)
    {
        facts.NeedsClasses("SupCon learns from classes");
        this.options = options;
        network = new(encoder, new MlpHead(encoder.Dim, options.Hidden == 0 ? encoder.Dim : options.Hidden, options.Dim, norm: options.HeadNorm));
        classifier = options.Joint > 0 ? new(encoder.Dim, facts.Classes) : null;
    }

    /// <inheritdoc/>
    public override Projected Network => network;

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(2);
        var labels = batch.Labels ?? throw new DataException("SupCon needs labels, and this batch has none.");
        var h = Tensor.Cat(network.Encoder.Forward([batch.Views[0], batch.Views[1]]));            // [2N, F]
        var z = network.Head.Forward(h);

        Watch(z);
        var features = Tensor.Stack([.. z.Chunk(2)], 1);                                          // [N, 2, D]
        var contrast = Objectives.SupCon.Loss(features, labels, options.Temperature, options.BaseTemperature, options.Sum, options.FirstViewOnly);
        return classifier is null ? contrast : contrast + Classified(classifier.Forward(h), labels.Repeat([2])) * options.Joint;
    }

    Tensor Classified(Tensor logits, Tensor labels)
    {
        Log("accuracy", logits.Argmax(1).Eq(labels).To(Dtype.Float32).Mean());
        return CrossEntropy.Loss(logits, labels);
    }

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">There is no classifier yet.</exception>
    public Tensor Score(View view) => classifier?.Forward(Features(view))
        ?? throw new ConfigurationException("SupCon's first stage has no classifier; go on with the phase classify or finetune, or train with options.joint above 0.");

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, facts) => new SupCon(encoders(), facts, new(Dim: 6, Joint: 0.5)));
}
