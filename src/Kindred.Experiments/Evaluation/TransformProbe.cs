using System.ComponentModel.DataAnnotations;
using Kindred.Data.Pictures.Native;
using Kindred.Data.Views;
using Kindred.Experiments.Modalities;
using Kindred.Io;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>What a layer still knows of how a picture was changed: a probe names the transformation that was applied, from h and from z = g(h).</summary>
/// <remarks>
/// SimCLR, arXiv:2002.05709, Table 3: the head throws away what the training views vary, so h knows more than z.
/// Differs: every picture comes in every class of a task, so chance is 25 % for rotation and 50 % for the others (the paper's grey pictures were one in five).
/// </remarks>
/// <param name="Tasks">rotation: 0°, 90°, 180° or 270°; colour: colour or grey; noise: original or with noise; sobel: original or its edges.</param>
/// <param name="Samples">At most so many pictures of each part.</param>
/// <param name="Hidden">Width of the probe's hidden layer; 0 is a linear probe.</param>
/// <param name="Noise">Standard deviation of the noise, in 0…1.</param>
/// <param name="L2">Strengths λ of a linear probe to choose from on a held-out part.</param>
[Protocol("transform-probe", Title = "naming the applied transformation from h and from z: rotation, colour, noise, Sobel", Paper = "arXiv:2002.05709")]
public sealed record TransformProbe(IReadOnlyList<string>? Tasks = null, [Range(10, 1 << 24)] int Samples = 2000, [Range(0, 1 << 16)] int Hidden = 0, [Range(0.0, 10.0)] double Noise = 0.1,
    [Range(0.0, 1e9)] IReadOnlyList<double>? L2 = null) : Protocol
{
    // A class of a task: what is done to the picture, then to the finished view.
    sealed record Change(Augmentation? Operation = null, int Quarters = 0);

    Dictionary<string, Change[]> Known => new()
    {
        ["rotation"] = [new(), new(Quarters: 1), new(Quarters: 2), new(Quarters: 3)],
        ["colour"] = [new(), new(new Gray(1))],
        ["noise"] = [new(), new(new Noise(Noise, 1))],
        ["sobel"] = [new(), new(new Sobel())],
    };

    /// <summary>What is to be named.</summary>
    public IReadOnlyList<string> Tasks { get; } = Tasks ?? ["rotation", "colour", "noise", "sobel"];

    /// <summary>Strengths λ to choose from.</summary>
    public IReadOnlyList<double> L2 { get; } = L2 ?? [1e-1, 1e-2, 1e-3, 1e-4];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => [.. Tasks.SelectMany(task => new[] { $"{task}_h", $"{task}_z" })];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        foreach (var task in Tasks)
            if (!Known.ContainsKey(task)) throw new ConfigurationException($"tasks: there is no '{task}'{Suggest.Nearest(task, Known.Keys)}; there are {string.Join(", ", Known.Keys)}.");
        using var train = subject.OpenPictures("train", Samples);
        using var test = subject.OpenPictures("test", Samples);
        var metrics = new Dictionary<string, double>();
        foreach (var task in Tasks)
        {
            using var scope = Scope.Open();
            var changes = Known[task];
            var (learn, prove) = (Changed(subject, train, changes), Changed(subject, test, changes));
            metrics[$"{task}_h"] = Name(subject, learn.H, learn.Truth, prove.H, prove.Truth, changes.Length);
            metrics[$"{task}_z"] = Name(subject, learn.Z, learn.Truth, prove.Z, prove.Truth, changes.Length);
        }
        return metrics;
    }

    double Name(Subject subject, Tensor x, Tensor y, Tensor queries, Tensor truth, int classes) => Hidden == 0
        ? LinearProbe.Fit(x, y, classes, ProbeFit.Default with { L2 = L2, Seed = subject.Seed }, subject.Cancel).Accuracy(queries, truth)
        : MlpProbe.Accuracy(x, y, queries, truth, classes, Hidden, subject.Seed, subject.Cancel);

    // h and z of every picture in every class, class after class.
    static (Tensor H, Tensor Z, Tensor Truth) Changed(Subject subject, PictureData data, Change[] changes)
    {
        List<Tensor> hs = [], zs = [], truths = [];
        foreach (var (number, change) in changes.Index())
        {
            var plan = change.Operation is { } operation ? PlainWith.Operation(data.PlainView, operation) : data.PlainView;
            var width = 0L;
            Tensor Both(View view)
            {
                var turned = change.Quarters == 0 ? view : new View(view.X.Rot90(change.Quarters, [2, 3]), view.Name);
                var h = subject.Features(turned);
                width = h.Size(1);
                return Tensor.Cat([h, subject.Embeddings(turned)], 1);
            }
            var (both, _) = Features.Gather(data.InOrder(plan, subject.Seed, 256, subject.Cancel), Both, subject.Cancel);
            hs.Add(both.Narrow(1, 0, width));
            zs.Add(both.Narrow(1, width, both.Size(1) - width));
            truths.Add(Tensor.Full([both.Size(0)], number, Dtype.Int64, both.Device));
        }
        return (Tensor.Cat([.. hs]), Tensor.Cat([.. zs]), Tensor.Cat([.. truths]));
    }
}
