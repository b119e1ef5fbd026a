using System.ComponentModel.DataAnnotations;
using Kindred.Heads;
using Kindred.Io;
using Kindred.Metrics;
using Kindred.Nn;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Linear evaluation as the papers do it: SGD on one linear layer over the frozen encoder, on randomly cropped and flipped views.</summary>
/// <remarks>
/// Defaults are MoCo v3's (arXiv:2104.02057): 90 epochs, batch 1024, rate 0.1 · batch / 256, momentum 0.9, cosine. MoCo v1 and v2: learningRate=[30]
/// batch=256 epochs=100 schedule=steps. SwAV: learningRate=[0.3] batch=256 epochs=100 weightDecay=1e-6. BYOL: nesterov=true epochs=80 and the rates 0.4, 0.3, 0.2, 0.1, 0.05.
/// </remarks>
/// <param name="Epochs">Passes over the training samples.</param>
/// <param name="Batch">Samples a step.</param>
/// <param name="LearningRate">For a batch of 256, scaled by batch / 256. Of several, each trains its own layer on the same features, and the best on a held-out part of train is tested.</param>
/// <param name="Schedule">cosine; steps: a tenth after 60 % and 80 % of the epochs; constant.</param>
/// <param name="Momentum">Of SGD.</param>
/// <param name="Nesterov">Looks ahead.</param>
/// <param name="WeightDecay">Of the layer.</param>
/// <param name="Crop">Least share of the area that a crop keeps.</param>
/// <param name="Holdout">Share of the training samples on which a rate is chosen, where there are several.</param>
[Protocol("linear-sgd", Title = "the papers' linear evaluation: SGD on a linear layer over the frozen encoder, crop and flip", Paper = "arXiv:2104.02057")]
public sealed record LinearSgd([Range(1, 100_000)] int Epochs = 90, [Range(1, 1 << 20)] int Batch = 1024, [Range(0.0, 1e6)] IReadOnlyList<double>? LearningRate = null,
    [AllowedValues("cosine", "steps", "constant")] string Schedule = "cosine", [Range(0.0, 1.0, MaximumIsExclusive = true)] double Momentum = 0.9, bool Nesterov = false,
    [Range(0.0, 1.0)] double WeightDecay = 0, [Range(0.001, 1.0)] double Crop = 0.08, [Range(0.01, 0.9)] double Holdout = 0.2) : Protocol
{
    /// <summary>Rates for a batch of 256.</summary>
    public IReadOnlyList<double> LearningRate { get; } = LearningRate ?? [0.1];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["accuracy", "top5", "learning_rate", "validation"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (LearningRate.Count == 0) throw new ConfigurationException("learningRate: the list is empty; give at least one rate.");
        using var train = ClassifierTraining.Augmented(subject.OpenLabelled("train"), Batch, Crop, subject.Seed);
        using var test = subject.OpenLabelled("test");
        using var scope = Scope.Open();
        var labels = Tensor.From<long>([.. train.Labels!.Select(l => (long)l)]);
        var (kept, held) = LinearProbe.Hold(labels, LearningRate.Count > 1 ? Holdout : 0, subject.Seed);
        int[] rows = [.. kept.ToArray<long>().Where(i => train.Labels![(int)i] >= 0).Select(i => (int)i)];
        var heads = Learn(subject, train, rows);
        var (best, validation) = LearningRate.Count > 1 ? Choose(subject, train, held, heads) : (0, double.NaN);
        var (x, y) = Features.Labelled(test, subject.Represent, subject.Cancel);
        var scores = heads[best].Forward(x);
        var metrics = new Dictionary<string, double> { ["accuracy"] = Accuracy.TopK(scores, y, 1) };
        if (train.Classes.Count >= 10) metrics["top5"] = Accuracy.TopK(scores, y, 5);
        metrics["learning_rate"] = LearningRate[best];
        if (LearningRate.Count > 1) metrics["validation"] = validation;
        return metrics;
    }

    LinearClassifier[] Learn(Subject subject, IData train, int[] rows)
    {
        LinearClassifier[] heads = [];
        Optimizer[] optimizers = [];
        ClassifierTraining.Run(train, rows, Epochs, Batch, subject.Seed, (view, labels, at) =>
        {
            var x = NoGradient.Of(() => subject.Represent(view));
            if (heads.Length == 0)
            {
                using var initialization = Initialization.Begin((long)subject.Seed);
                heads = [.. LearningRate.Select(_ => new LinearClassifier(x.Size(1), train.Classes.Count))];
                foreach (var head in heads) head.To(subject.Device);
                optimizers = [.. heads.Select((head, i) => SgdOf(LearningRate[i] * Math.Min(Batch, rows.Length) / 256).For(head))];
            }
            var truth = labels.To(subject.Device);
            for (var i = 0; i < heads.Length; i++)
            {
                optimizers[i].Zero();
                heads[i].Forward(x).CrossEntropyLoss(truth).Backward();
                optimizers[i].Step(at);
            }
        }, subject.Cancel);
        foreach (var optimizer in optimizers) optimizer.Dispose();
        return heads;
    }

    Sgd.Options SgdOf(double rate) => new()
    {
        LearningRate = rate,
        Momentum = Momentum,
        Nesterov = Nesterov,
        WeightDecay = WeightDecay,
        Schedule = ClassifierTraining.ScheduleOf(Schedule, Epochs),
    };

    static (int Best, double Accuracy) Choose(Subject subject, IData train, Tensor held, LinearClassifier[] heads)
    {
        using var scope = Scope.Open();
        var (x, y) = Features.Of(train, subject.Represent, subject.Cancel);
        var labelled = held.IndexSelect(0, y.IndexSelect(0, held).Ge(0).Nonzero().Squeeze(1));
        var (queries, truth) = (x.IndexSelect(0, labelled), y.IndexSelect(0, labelled));
        double[] found = [.. heads.Select(head => Accuracy.TopK(head.Forward(queries), truth, 1))];
        var best = Array.IndexOf(found, found.Max());
        return (best, found[best]);
    }
}
