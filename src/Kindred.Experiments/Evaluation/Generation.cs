using System.ComponentModel.DataAnnotations;
using Kindred.Data.Views;
using Kindred.Experiments.Modalities;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Generated pictures beside those of the test part, seen by a network that does not change: FID, inception score, and how often a classifier sees the class that was asked for.</summary>
/// <remarks>
/// FID: Heusel et al., arXiv:1706.08500; inception score: Salimans et al., arXiv:1606.03498. Neither is that of Inception's features, so both compare only under the same network, which the
/// settings name: a run of ours (<c>features=RUN</c>) that scores classes, or, if left out, a small one that the protocol trains on the training part, the same for every seed of the run.
/// As many pictures are generated as there are real ones, equally many of each class. <c>fid_real</c> is the distance of two halves of the real ones, below which nothing can be told.
/// </remarks>
/// <param name="Samples">At most so many real pictures.</param>
/// <param name="Features">The folder of a run.</param>
/// <param name="Epochs">How long the protocol's own network learns.</param>
/// <param name="Splits">Of the inception score.</param>
[Protocol("generation", Title = "generated pictures: FID and inception score under a stated network, accuracy of a fixed classifier, a sheet of samples", Paper = "arXiv:1706.08500")]
public sealed record Generation([Range(4, 1 << 20)] int Samples = 1000, string? Features = null, [Range(1, 1000)] int Epochs = 10, [Range(1, 100)] int Splits = 1) : Protocol
{
    const int Batch = 100;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["fid", "fid_mean_term", "fid_real", "inception_score", "class_accuracy", "class_accuracy_real"];

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">The run generates nothing, or the data are no pictures, or the other run cannot look at them.</exception>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var generates = subject.Need<IGenerates>("draws samples");
        using var scope = Scope.Open();
        using var test = subject.OpenPictures("test", atMost: Samples);
        var watcher = Features is { } run ? Other(subject, run, test) : Own(subject, ChannelsOf(generates));
        var (real, labels, scores) = Seen(watcher, test.Plain(Batch, subject.Cancel).Select(raw => raw.Tensors()).Select(b => (b.Views[0].X, b.Labels)), subject);
        var (fake, wanted, guesses) = Seen(watcher, Generated(generates, real.Size(0)), subject);
        if (SampleSheet.Of(generates) is { } sheet) subject.Sheets["samples"] = sheet;

        var half = real.Size(0) / 2;
        var order = Tensor.Randperm(real.Size(0), Torch.Generator.Default, device: Device.Cpu).To(real.Device);
        var distance = FrechetDistance.OfFeatures(real, fake);
        var metrics = new Dictionary<string, double>
        {
            ["fid"] = distance.Distance, ["fid_mean_term"] = distance.MeanTerm,
            ["fid_real"] = FrechetDistance.OfFeatures(real.IndexSelect(0, order.Narrow(0, 0, half)), real.IndexSelect(0, order.Narrow(0, half, half))).Distance,
        };
        if (guesses is null || scores is null) return metrics;
        metrics["inception_score"] = InceptionScore.Of(guesses.Softmax(1), Splits).Mean;
        if (generates is IGeneratesClasses) metrics["class_accuracy"] = Accuracy.TopK(guesses, wanted, 1);
        if (labels.Ge(0).Any().Item() != 0) metrics["class_accuracy_real"] = Accuracy.TopK(scores, labels, 1);
        return metrics;
    }

    // The network, and how a picture of the run's own range is brought into its range.
    sealed record Watcher(Func<Tensor, Tensor> Features, Func<Tensor, Tensor>? Classify);

    static IEnumerable<(Tensor X, Tensor? Labels)> Generated(IGenerates generates, long count)
    {
        for (long at = 0; at < count; at += Batch)
        {
            var size = Math.Min(Batch, count - at);
            if (generates is IGeneratesClasses { Classes: var classes } each)
            {
                var labels = Tensor.From<long>([.. Enumerable.Range(0, (int)size).Select(i => (at + i) % classes)]);
                yield return (each.Generate(labels).X, labels);
            }
            else yield return (generates.Generate((int)size).X, null);
        }
    }

    static (Tensor Features, Tensor Labels, Tensor? Scores) Seen(Watcher watcher, IEnumerable<(Tensor X, Tensor? Labels)> batches, Subject subject)
    {
        List<Tensor> features = [], labels = [], scores = [];
        foreach (var (x, known) in batches)
        {
            subject.Cancel.ThrowIfCancellationRequested();
            var h = watcher.Features(x.To(subject.Device)).To(Dtype.Float32);
            features.Add(h);
            labels.Add((known ?? Tensor.Full([h.Size(0)], -1, Dtype.Int64)).To(h.Device));
            if (watcher.Classify is { } classify) scores.Add(classify(x.To(subject.Device)).To(Dtype.Float32));
        }
        return (Tensor.Cat([.. features]), Tensor.Cat([.. labels]), scores.Count > 0 ? Tensor.Cat([.. scores]) : null);
    }

    static Watcher Other(Subject subject, string run, PictureData test)
    {
        var other = subject.OtherRun(run);
        var encodes = Baselines.Encodes(other.Method);
        var shape = test.PlainView.Shape(64, 64);
        if (other.Plain is not { } plain || plain.Shape(64, 64) != shape)
            throw new ConfigurationException($"features={run}: that run looks at other pictures than this one makes "
                + $"({shape.Width} × {shape.Height}, {shape.Channels} channels); train it with views of the same size.");
        var move = Between(Norm(test.PlainView), Norm(plain), (int)shape.Channels);
        subject.Notes["features"] = run;
        return new(x => encodes.Features(move(x)), other.Method is IScores scores ? x => scores.Score(move(x)) : null);
    }

    static long ChannelsOf(IGenerates generates)
    {
        using var scope = Scope.Open();
        var made = generates.Generate(1).X;
        return made.Dim == 4 ? made.Size(1) : throw new ConfigurationException("this run generates no pictures, which is what this protocol looks at.");
    }

    static Normalize? Norm(ViewPlan plan) => plan.Operations.OfType<Normalize>().LastOrDefault();

    // (x · s₁ + m₁ − m₂) / s₂, channel by channel.
    static Func<Tensor, Tensor> Between(Normalize? from, Normalize? to, int channels)
    {
        var ((m1, s1), (m2, s2)) = (Of(from), Of(to));
        if (m1.SequenceEqual(m2) && s1.SequenceEqual(s2)) return x => x;
        Tensor Row(IEnumerable<double> values) => Tensor.From<float>([.. values.Select(v => (float)v)], [1, channels, 1, 1]);
        var (scale, offset) = (Row(s1.Zip(s2, (a, b) => a / b)), Row(m1.Zip(m2, (a, b) => a - b).Zip(s2, (d, s) => d / s)));
        return x => (x * scale.To(x.Device)) + offset.To(x.Device);

        (double[] Mean, double[] Std) Of(Normalize? norm) => norm is null ? ([.. Enumerable.Repeat(0.0, channels)], [.. Enumerable.Repeat(1.0, channels)])
            : (norm.Mean ?? [0.485, 0.456, 0.406], norm.Std ?? [0.229, 0.224, 0.225]);
    }

    Watcher Own(Subject subject, long channels)
    {
        using var train = ClassifierTraining.Augmented(subject.OpenLabelled("train"), FixedClassifier.Batch, 0.8, 0);
        var network = FixedClassifier.Train(train, channels, train.Classes.Count, Epochs, (x, labels) => (x, labels), subject);
        subject.Notes["features"] = $"convnet of width {FixedClassifier.Width}, {Epochs} epochs on the training part, seed 0";
        return new(x => network.Encoder.Forward(x), x => network.Forward(x));
    }
}
