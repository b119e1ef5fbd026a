using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>SupCon's second stage: a linear classifier on the frozen encoder, by cross-entropy.</summary>
/// <remarks>Khosla et al., arXiv:2004.11362, Sec. 3. The head is left out, and the encoder's batch norm keeps its averages.</remarks>
[Method("classify", Title = "SupCon, linear classifier", Paper = "arXiv:2004.11362", Family = "supervised", Objective = "cross-entropy", Recipe = "supcon", Role = MethodRole.Phase, LeastBatch = 1)]
public sealed class Classify : Method, IEncodes, IScores
{
    readonly Encoder encoder;
    readonly LinearClassifier classifier;

    /// <summary>Goes on with the encoder that a method has learnt.</summary>
    /// <exception cref="ConfigurationException">There are no classes.</exception>
    public Classify(IProjected pretrained, DataFacts facts)
    {
        facts.NeedsClasses("a classifier learns classes");
        encoder = pretrained.Network.Encoder;
        encoder.Trainable = false;
        classifier = new(encoder.Dim, facts.Classes);
    }

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(1);
        var labels = batch.Labels ?? throw new DataException("a classifier needs labels, and this batch has none.");
        encoder.Eval();
        var logits = classifier.Forward(NoGradient.Of(() => encoder.Forward(batch.Views[0])));   // [N, classes]

        Log("accuracy", logits.Argmax(1).Eq(labels).To(Dtype.Float32).Mean());
        return CrossEntropy.Loss(logits, labels);
    }

    /// <inheritdoc/>
    public Tensor Score(View view) => classifier.Forward(encoder.Forward(view));

    /// <inheritdoc/>
    public Tensor Features(View view) => encoder.Forward(view);

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, facts) => new Classify(new SimCLR(encoders(), new(Dim: 8)), facts)) { Rate = 0.5 };
}
