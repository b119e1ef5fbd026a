using System.ComponentModel.DataAnnotations;
using Kindred.Data.Sources;
using Kindred.Experiments.Modalities;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Which of the thousand kinds of stacked digits a generator reaches: a classifier that does not change names the digit of each colour.</summary>
/// <remarks>
/// Metz et al., arXiv:1611.02163, Sec. 3.3.1; 26,000 samples as in Srivastava et al., VEEGAN, arXiv:1705.07761, Sec. 5.1. The classifier learns single digits from the training part;
/// <c>told</c> says how many of the test part's it names right. <c>sure</c> is the share of samples whose three digits it names with 90 % probability or more each: what looks like
/// nothing is named something too, so that noise would reach many modes.
/// </remarks>
/// <param name="Samples">Samples that are drawn.</param>
/// <param name="Epochs">How long the classifier learns.</param>
[Protocol("stacked-modes", Title = "how many of the kinds of stacked digits a generator reaches, KL to uniform, by a fixed classifier of each colour", Paper = "arXiv:1611.02163")]
public sealed record StackedModes([Range(1, 1 << 24)] int Samples = 26_000, [Range(1, 1000)] int Epochs = 3) : Protocol
{
    const int Batch = 500;
    const double Sure = 0.9;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["modes", "of", "kl", "sure", "sure_modes", "told"];

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">The run generates nothing, or the data are not stacked.</exception>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var generates = subject.Need<IGenerates>("draws samples");
        using var scope = Scope.Open();
        using var train = subject.OpenPictures("train");
        if (train.Pictures is not StackedPictures { Each: > 1 and var digits })
            throw new ConfigurationException($"{subject.Uri}: these are no stacked digits; give labelled grey pictures with stacked=, for example mnist:FOLDER?stacked=20000.");
        using var test = subject.OpenPictures("test");
        var classifier = FixedClassifier.Train(train, 1, digits, Epochs, (x, labels) => (x.With(Apart(x.X)), Digits(labels, digits)), subject);

        var (right, told) = (0.0, 0L);
        foreach (var batch in test.Plain(Batch, subject.Cancel).Select(raw => raw.Tensors()))
        {
            using var each = Scope.Open();
            var wanted = Digits(batch.Labels!, digits).To(subject.Device);
            right += classifier.Forward(Apart(batch.Views[0].X).To(subject.Device)).Argmax(1).Eq(wanted).Sum().Item();
            told += (long)wanted.Ge(0).Sum().Item();
        }

        var kinds = digits * digits * digits;
        var (all, certain) = (new long[kinds], new long[kinds]);
        for (var at = 0; at < Samples; at += Batch)
        {
            using var each = Scope.Open();
            subject.Cancel.ThrowIfCancellationRequested();
            var count = Math.Min(Batch, Samples - at);
            var seen = classifier.Forward(Apart(generates.Generate(count).X.To(subject.Device))).To(Dtype.Float32).Softmax(1);
            var (names, least) = (seen.Argmax(1).ToArray<long>(), seen.Amax([1]).Reshape([count, 3]).Amin([1]).ToArray<float>());
            for (var i = 0; i < count; i++)
            {
                var kind = (((names[3 * i] * digits) + names[(3 * i) + 1]) * digits) + names[(3 * i) + 2];
                all[kind]++;
                if (least[i] >= Sure) certain[kind]++;
            }
        }
        if (SampleSheet.Of(generates) is { } sheet) subject.Sheets["samples"] = sheet;
        var coverage = new ModeCoverage(all, (double)certain.Sum() / Samples);
        return new Dictionary<string, double>
        {
            ["modes"] = coverage.Covered(), ["of"] = kinds, ["kl"] = coverage.Divergence, ["sure"] = 100 * coverage.GoodFraction,
            ["sure_modes"] = certain.Count(c => c > 0), ["told"] = 100 * right / told,
        };
    }

    // [N, 3, H, W] as [3N, 1, H, W], the colours of a stack one after the other.
    static Tensor Apart(Tensor x) => x.Dim == 4 && x.Size(1) == 3 ? x.Contiguous().Reshape([3 * x.Size(0), 1, x.Size(2), x.Size(3)])
        : throw new ConfigurationException("this run generates no pictures of three colours, which is what this protocol looks at.");

    // The digits that a stack's label stands for, in the same order: [N] to [3N]; −1 where it has none.
    static Tensor Digits(Tensor labels, int digits)
    {
        var each = labels.ToArray<long>().SelectMany(l => l < 0 ? [-1, -1, -1] : new[] { l / digits / digits, l / digits % digits, l % digits });
        return Tensor.From<long>([.. each]).To(labels.Device);
    }
}
