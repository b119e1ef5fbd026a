using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>The supervised baseline that every paper compares with: the same encoder, a linear classifier and cross-entropy, on all labels or a share of them.</summary>
/// <remarks>
/// With a share below 1 it is the "supervised, 1 %" row of semi-supervised tables (SimCLR, arXiv:2002.05709, Table 7). An epoch has as many
/// steps as one over all data and goes through the labelled samples again and again, so that runs with few and with many labels are equally long.
/// </remarks>
[Method("supervised", Title = "Supervised baseline", Paper = "arXiv:2002.05709", Family = "supervised", Objective = "cross-entropy", Role = MethodRole.Baseline, LeastBatch = 1)]
public sealed class Supervised : Method, IEncodes, IScores
{
    /// <summary>The settings.</summary>
    /// <param name="Labels">Share of the labels that may be used, class by class.</param>
    /// <param name="Draw">Decides which samples keep their labels.</param>
    public sealed record Options([Share(MinimumIsExclusive = true)] double Labels = 1, [Range(0, int.MaxValue)] int Draw = 0);

    readonly DataFacts facts;
    readonly Options options;
    readonly Encoder encoder;
    readonly LinearClassifier classifier;

    /// <summary>A fresh encoder and classifier.</summary>
    /// <exception cref="ConfigurationException">There are no classes.</exception>
    public Supervised(Encoder encoder, DataFacts facts, Options options)
    {
        facts.NeedsClasses("supervised training learns classes");
        (this.encoder, this.facts, this.options) = (encoder, facts, options);
        classifier = new(encoder.Dim, facts.Classes);
    }

    /// <inheritdoc/>
    public override EpochPlan? BeginEpoch(Epoch epoch) =>
        options.Labels < 1 ? LabelledPlan.Of(epoch, facts, options.Labels, options.Draw, "supervised training") : null; // else the loader's own order will do

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(1, int.MaxValue);
        if (batch.Labels is null) throw new DataException("supervised training needs labels, and this batch has none.");
        var h = Tensor.Cat(encoder.Forward(batch.Views));                                 // [V · N, F]: every view is a sample
        var labels = batch.Views.Length == 1 ? batch.Labels : batch.Labels.Repeat([batch.Views.Length]);
        var logits = classifier.Forward(h);                                               // [N, classes]

        Watch(h);
        Log("accuracy", logits.Argmax(1).Eq(labels).To(Dtype.Float32).Mean());
        return CrossEntropy.Loss(logits, labels);
    }

    /// <inheritdoc/>
    public Tensor Score(View view) => classifier.Forward(encoder.Forward(view));

    /// <inheritdoc/>
    public Tensor Features(View view) => encoder.Forward(view);

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((encoders, facts) => new Supervised(encoders(), facts, new()));
}
