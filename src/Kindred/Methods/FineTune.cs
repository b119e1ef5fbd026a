using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>SimCLR v2's second phase: fine-tune from the middle of the projection head with few labels.</summary>
/// <remarks>
/// Chen, Kornblith, Swersky, Norouzi, Hinton, "Big Self-Supervised Models are Strong Semi-Supervised Learners", NeurIPS 2020,
/// arXiv:2006.10029, Sec. 2. The first layers of the head stay, a classifier that starts at zero replaces the rest, and all weights
/// learn by cross-entropy. An epoch has as many steps as one over all data, and goes through the labelled samples again and again.
/// </remarks>
[Method("finetune", Title = "SimCLR v2, fine-tuning", Paper = "arXiv:2006.10029", Family = "semi-supervised", Objective = "cross-entropy",
    Recipe = "simclr-v2", Role = MethodRole.Phase, LeastBatch = 1)]
public sealed class FineTune : Method, IEncodes, IScores
{
    /// <summary>The settings.</summary>
    /// <param name="Labels">Share of the labels that may be used, class by class: 0.01 and 0.1 in the paper.</param>
    /// <param name="FromLayer">Layers of the head that stay: 0 drops the head, 1 is best with three layers.</param>
    /// <param name="Draw">Decides which samples keep their labels.</param>
    public sealed record Options([Share(MinimumIsExclusive = true)] double Labels = 0.1, [Depth(0)] int FromLayer = 1, [Range(0, int.MaxValue)] int Draw = 0);

    readonly DataFacts facts;
    readonly Options options;
    readonly Encoder encoder;
    readonly Layer head;
    readonly LinearClassifier classifier;

    /// <summary>Goes on with the encoder and the head that a method has learnt.</summary>
    /// <exception cref="ConfigurationException">There are no classes, or the head has not so many layers.</exception>
    public FineTune(IProjected pretrained, DataFacts facts, Options options)
    {
        (this.facts, this.options) = (facts, options);
        facts.NeedsClasses("fine-tuning learns classes");
        (encoder, head) = (pretrained.Network.Encoder, pretrained.Network.Head);
        encoder.Trainable = head.Trainable = true;                                        // a momentum network takes no gradients
        var depth = (head as MlpHead)?.Depth ?? 0;
        if (options.FromLayer > depth) throw new ConfigurationException($"options.fromLayer: {options.FromLayer} layers of the head cannot stay, the phase before was trained with {depth}.");
        var width = options.FromLayer == 0 ? encoder.Dim : options.FromLayer == depth ? ((MlpHead)head).Outputs : ((MlpHead)head).Hidden;
        classifier = new(width, facts.Classes, deviation: 0);
    }

    /// <summary>The fine-tuned encoder.</summary>
    public Encoder Encoder => encoder;

    /// <inheritdoc/>
    public override EpochPlan? BeginEpoch(Epoch epoch) => LabelledPlan.Of(epoch, facts, options.Labels, options.Draw, "fine-tuning");

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(1);
        if (batch.Labels is null) throw new DataException("fine-tuning needs labels, and this batch has none.");
        var logits = Score(batch.Views[0]);                                               // [N, classes]

        Log("accuracy", logits.Argmax(1).Eq(batch.Labels).To(Dtype.Float32).Mean());
        return CrossEntropy.Loss(logits, batch.Labels);
    }

    /// <inheritdoc/>
    public Tensor Score(View view) => classifier.Forward(Hidden(view));

    Tensor Hidden(View view) => head is MlpHead mlp ? mlp.Forward(encoder.Forward(view), options.FromLayer) : encoder.Forward(view);

    /// <inheritdoc/>
    public Tensor Features(View view) => encoder.Forward(view);

    /// <inheritdoc/>
    public Tensor Embeddings(View view) => Hidden(view);

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, facts) => new FineTune(new SimCLR(encoders(), new(Dim: 8, Depth: 3)), facts, new(Labels: 0.5)));
}
