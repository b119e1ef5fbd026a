using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Kindred.Experiments.Modalities;
using Kindred.Metrics;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Which modes of a known density a generator reaches, and how many of its samples are any good; with a picture of both.</summary>
/// <remarks>"At least one good sample" is gamed by spraying noise, so <c>modes</c> asks for more, and the good share stands beside it.</remarks>
/// <param name="Samples">Samples that are drawn.</param>
/// <param name="Within">A good sample lies within so many deviations of the nearest middle.</param>
/// <param name="Least">Good samples that make a mode count.</param>
[Protocol("modes", Title = "modes of a known density that a generator reaches, its good samples, KL to uniform", Paper = "arXiv:1801.04062")]
public sealed record ModesProtocol([Range(1, 1 << 24)] int Samples = 5000, [Range(0.01, 1000.0)] double Within = 3, [Range(1, 1 << 24)] int Least = 50) : Protocol
{
    const int Shown = 2000;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["modes", "touched", "of", "good", "kl"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var method = subject.Need<IGenerates>("draws samples");
        using var scope = Scope.Open();
        using var data = subject.Open("test", alone: true);
        if (data is not PointData { Modes: { } modes } points)
            throw new ConfigurationException($"{subject.Uri}: nobody knows where the modes of these data lie; points:ring and points:25-gaussians say it.");
        var made = method.Generate(Samples).X.To(Device.Cpu).To(Dtype.Float32);
        var centers = Tensor.From<double>([.. modes.Centers.SelectMany(c => c)], [modes.Centers.Count, modes.Centers[0].Length]);
        var coverage = ModeCoverage.Of(made, centers, modes.Deviation, Within);
        var real = Features.Of(points, view => view.X, subject.Cancel).Features;
        var title = string.Create(CultureInfo.InvariantCulture, $"{coverage.Covered(Least)} of {modes.Centers.Count} modes, {100 * coverage.GoodFraction:0} % good");
        subject.Pictures["modes"] = Scatter.Svg(title, [("data", Pairs(real)), ("generated", Pairs(made))]);
        return new Dictionary<string, double>
        {
            ["modes"] = coverage.Covered(Least), ["touched"] = coverage.Covered(), ["of"] = modes.Centers.Count,
            ["good"] = 100 * coverage.GoodFraction, ["kl"] = coverage.Divergence,
        };
    }

    static (double, double)[] Pairs(Tensor points)
    {
        var numbers = Host.Numbers(points.Narrow(0, 0, Math.Min(Shown, points.Size(0))));
        return [.. numbers.Chunk(2).Select(p => (p[0], p[1]))];
    }
}
