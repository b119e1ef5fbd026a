using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Io;
using Kindred.Metrics;
using Kindred.Nn;
using Kindred.Optim;
using Kindred.Sampling;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Semi-supervised evaluation: the whole network and a new linear classifier learn from a share of the labels, class by class.</summary>
/// <remarks>
/// SimCLR (arXiv:2002.05709, App. B.5): Nesterov momentum 0.9, rate 0.05 · batch / 256, no warm-up, crop and flip, no regularization, 60 epochs for
/// 1 % and 30 for 10 %; the classifier starts at zero as in SimCLR v2. The run's weights are put back afterwards.
/// </remarks>
/// <param name="Labels">Share of the labels: 0.01 and 0.1 in the papers; 1 for all.</param>
/// <param name="Draw">Decides which samples keep their labels.</param>
/// <param name="From">run: the run's weights; scratch: the same network from random weights, the control.</param>
/// <param name="Epochs">Passes over the labelled samples.</param>
/// <param name="Batch">Samples a step; fewer where there are fewer.</param>
/// <param name="Optimizer">sgd (Nesterov, momentum 0.9) or adamw.</param>
/// <param name="LearningRate">For SGD for a batch of 256, scaled by batch / 256; for AdamW as it is. Left out: 0.05 and 0.001.</param>
/// <param name="WeightDecay">Of all weights.</param>
/// <param name="Schedule">cosine; steps: a tenth after 60 % and 80 % of the epochs; constant.</param>
/// <param name="Crop">Least share of the area that a crop keeps.</param>
/// <param name="FreezeNorm">Whether batch norm keeps its averages.</param>
[Protocol("fine-tune", Title = "the whole network and a linear classifier learn from a share of the labels", Paper = "arXiv:2002.05709")]
public sealed record FineTuning([Range(0.0, 1.0, MinimumIsExclusive = true)] double Labels = 0.1, [Range(0, int.MaxValue)] int Draw = 0, [AllowedValues("run", "scratch")] string From = "run",
    [Range(1, 100_000)] int Epochs = 60, [Range(1, 1 << 20)] int Batch = 256, [AllowedValues("sgd", "adamw")] string Optimizer = "sgd",
    [Range(0.0, 1000.0)] double? LearningRate = null, [Range(0.0, 1.0)] double WeightDecay = 0, [AllowedValues("cosine", "steps", "constant")] string Schedule = "cosine",
    [Range(0.001, 1.0)] double Crop = 0.08, bool FreezeNorm = false) : Protocol
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["accuracy", "top5"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var network = subject.Network
            ?? throw new ConfigurationException("fine-tune trains a network, and a baseline has none to train; leave --baseline out, or take from=scratch for random weights.");
        using var train = ClassifierTraining.Augmented(subject.OpenLabelled("train"), Batch, Crop, subject.Seed);
        using var test = subject.OpenLabelled("test");
        int[] rows = [.. ClassShare.Of(train.Labels!, Labels, Shuffler.Keyed((ulong)Draw)).Order()];
        (subject.Notes["labelled"], subject.Notes["rate"]) = (rows.Length, OptionsOf(Math.Min(Batch, rows.Length)).LearningRate);
        if (From == "scratch") return Learn(subject, network.Fresh(network.Seed), train, rows, test);
        using var kept = new KeptState(network.Method);
        return Learn(subject, network.Method, train, rows, test);
    }

    Dictionary<string, double> Learn(Subject subject, Method method, IData train, int[] rows, IData test)
    {
        using var scope = Scope.Open();
        var represent = subject.LayerOf(Baselines.Encodes(method));
        var tuned = Tuned.Begin(method, Features.Gather(train.Plain(1).Take(1), represent).Features.Size(1), train.Classes.Count, subject);
        using var optimizer = OptionsOf(Math.Min(Batch, rows.Length)).For(tuned);
        if (FreezeNorm) method.Eval();
        else method.Train();
        ClassifierTraining.Run(train, rows, Epochs, Batch, subject.Seed + (ulong)Draw, (view, labels, at) =>
        {
            optimizer.Zero();
            tuned.Classifier.Forward(represent(view)).CrossEntropyLoss(labels.To(subject.Device)).Backward();
            if (at.Step == 0 && method.Parameters().All(p => p.Gradient is null))
                throw new ConfigurationException($"no gradient reaches the network behind this layer of {method.GetType().Name}: it cannot be fine-tuned; evaluate it by linear.");
            optimizer.Step(at);
        }, subject.Cancel);
        method.Eval();
        var (x, y) = Features.Labelled(test, view => tuned.Classifier.Forward(represent(view)), subject.Cancel);
        var metrics = new Dictionary<string, double> { ["accuracy"] = Accuracy.TopK(x, y, 1) };
        if (train.Classes.Count >= 10) metrics["top5"] = Accuracy.TopK(x, y, 5);
        return metrics;
    }

    OptimizerOptions OptionsOf(int batch) => Optimizer == "adamw"
        ? Adam.Options.W with { LearningRate = LearningRate ?? 1e-3, WeightDecay = WeightDecay, ExcludeOneDimensional = true, Schedule = ClassifierTraining.ScheduleOf(Schedule, Epochs) }
        : new Sgd.Options { LearningRate = (LearningRate ?? 0.05) * batch / 256, Nesterov = true, WeightDecay = WeightDecay, ExcludeOneDimensional = true,
            Schedule = ClassifierTraining.ScheduleOf(Schedule, Epochs) };

    // What one optimizer steps: parameters that no gradient reaches, such as a projection head above h, stay as they are.
    sealed class Tuned : Module
    {
        readonly Method network;
        readonly LinearClassifier classifier;

        Tuned(Method network, LinearClassifier classifier) => (this.network, this.classifier) = (network, classifier);

        public LinearClassifier Classifier => classifier;

        public static Tuned Begin(Method method, long width, int classes, Subject subject)
        {
            var classifier = new LinearClassifier(width, classes, deviation: 0);
            classifier.To(subject.Device);
            method.Trainable = true;
            return new(method, classifier);
        }
    }
}
