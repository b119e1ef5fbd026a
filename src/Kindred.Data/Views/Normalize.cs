using System.ComponentModel.DataAnnotations;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Each channel has its mean taken away and is divided by its standard deviation.</summary>
/// <param name="Mean">One mean a channel; ImageNet's if left out.</param>
/// <param name="Std">One standard deviation a channel; ImageNet's if left out.</param>
[Augmentation("normalize", "mean 0 and deviation 1 a channel", Paper = "torchvision")]
public sealed record Normalize([Range(-1000.0, 1000.0)] double[]? Mean = null, [Range(0.0, 1000.0, MinimumIsExclusive = true)] double[]? Std = null) : Augmentation
{
    static readonly double[] imageNetMean = [0.485, 0.456, 0.406], imageNetStd = [0.229, 0.224, 0.225];

    readonly PointOperation operation = Prepare(Mean ?? imageNetMean, Std ?? imageNetStd);

    /// <summary>The means that are taken away, those of ImageNet too.</summary>
    public IReadOnlyList<double> Means => Mean ?? imageNetMean;

    /// <summary>The deviations that are divided by, those of ImageNet too.</summary>
    public IReadOnlyList<double> Deviations => Std ?? imageNetStd;

    internal override bool CommutesWithFlip => true;

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step) => true;

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step) => canvas.Point(operation);

    static PointOperation Prepare(double[] mean, double[] std)
    {
        if (mean.Length != std.Length || mean.Length is 0 or > 4 || std.Any(s => s <= 0))
            throw new ConfigurationException($"normalize: {mean.Length} means and {std.Length} deviations; it takes as many of each as channels, the deviations above 0.");
        return PointOperation.PerChannel([.. std.Select(s => (float)(1 / s))], [.. mean.Zip(std, (m, s) => (float)(-m / s))]);
    }
}
