using System.ComponentModel.DataAnnotations;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>One of the common corruptions in one of five severities, to test what a representation withstands; never for training on.</summary>
/// <remarks>
/// Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations", ICLR 2019, arXiv:1903.12261, with the
/// severities of their code: CIFAR-C's for views up to 64 pixels, ImageNet-C's above.
/// Differs: values are not rounded to bytes; blurs mirror at the edges; frost is made of fractal ridges instead of the six photographs of ice; the water
/// of spatter is shaded by its own slope instead of an edge map; JPEG is the codec's loss without the codec.
/// </remarks>
/// <param name="Kind">One of <see cref="Kinds"/>.</param>
/// <param name="Severity">1 to 5.</param>
[Augmentation("corrupt", "a common corruption, for tests", Paper = "arXiv:1903.12261")]
public sealed record Corrupt(string Kind = "gaussian_noise", [Range(1, 5)] int Severity = 1) : Augmentation
{
    /// <summary>Views up to this side have CIFAR-C's severities.</summary>
    internal const int SmallSide = 64;

    delegate void Corruption(Canvas canvas, int level, bool small, ref Draws draws);

    static readonly Dictionary<string, Corruption> Families = new()
    {
        ["gaussian_noise"] = CorruptNoise.Gaussian,
        ["shot_noise"] = CorruptNoise.Shot,
        ["impulse_noise"] = CorruptNoise.Impulse,
        ["defocus_blur"] = CorruptBlur.Defocus,
        ["glass_blur"] = CorruptBlur.Glass,
        ["motion_blur"] = CorruptBlur.Motion,
        ["zoom_blur"] = CorruptBlur.Zoom,
        ["snow"] = CorruptWeather.Snow,
        ["frost"] = CorruptWeather.Frost,
        ["fog"] = CorruptWeather.Fog,
        ["brightness"] = CorruptColor.Brightness,
        ["contrast"] = CorruptColor.Contrast,
        ["elastic_transform"] = CorruptDigital.Elastic,
        ["pixelate"] = CorruptDigital.Pixelate,
        ["jpeg_compression"] = CorruptDigital.Jpeg,
        ["speckle_noise"] = CorruptNoise.Speckle,
        ["gaussian_blur"] = CorruptBlur.Gaussian,
        ["spatter"] = CorruptWeather.Spatter,
        ["saturate"] = CorruptColor.Saturate,
    };

    readonly Corruption corruption = Families.TryGetValue(Kind, out var found)
        ? found : throw new ConfigurationException($"corrupt: there is no '{Kind}'; there are {string.Join(", ", Families.Keys)}.");

    readonly int level = Severity is >= 1 and <= 5
        ? Severity - 1 : throw new ConfigurationException($"corrupt: severity {Severity}; it goes from 1 to 5.");

    /// <summary>All families: the benchmark's fifteen first, then the four that the authors keep for validation.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. Families.Keys];

    /// <summary>How many of <see cref="Kinds"/>, from the first, enter the benchmark's mean.</summary>
    public const int Benchmark = 15;

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        step.Noise = draws.LongBits();
        return true;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step)
    {
        var draws = new Draws(step.Noise);
        corruption(canvas, level, Math.Max(canvas.Width, canvas.Height) <= SmallSide, ref draws);
    }

    /// <inheritdoc/>
    public override string Describe(in DrawnStep step) => $"{Kind} {Severity}";
}
