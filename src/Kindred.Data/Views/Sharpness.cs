using System.Globalization;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>The view is mixed with a smoothed copy of itself: factor 0 is the smoothed copy, 1 the view, 2 sharpened.</summary>
/// <remarks>PIL's and torchvision's sharpness: the smoothing filter is [1 1 1; 1 5 1; 1 1 1]/13, and the outermost pixels stay.</remarks>
/// <param name="Factor">Least and greatest factor; [0, 2] if left out.</param>
/// <param name="P">How often.</param>
[Augmentation("sharpness", "sharper or smoother", Paper = "arXiv:1805.09501")]
public sealed record Sharpness([Interval(0, 100)] double[]? Factor = null, [Probability] double P = 0.5) : Augmentation
{
    readonly (double Low, double High) factor = Factor switch
    {
        null => (0, 2),
        [>= 0, _] when Factor[0] <= Factor[1] => (Factor[0], Factor[1]),
        _ => throw new ConfigurationException($"sharpness: factor is [{string.Join(", ", Factor)}]; it takes two numbers from 0, the smaller first."),
    };

    internal override bool CommutesWithFlip => true;

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        var applied = draws.Chance(P);
        step[0] = (float)draws.Uniform(factor.Low, factor.High);
        return applied;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step) => Sharpen(canvas, step[0]);

    /// <inheritdoc/>
    public override string Describe(in DrawnStep step) => string.Create(CultureInfo.InvariantCulture, $"factor {step[0]:0.00}");

    internal static void Sharpen(Canvas canvas, float factor)
    {
        var (height, width, channels) = (canvas.Height, canvas.Width, canvas.Channels);
        if (height < 3 || width < 3)
            return;
        var old = canvas.Replace(height, width, channels);
        for (var c = 0; c < channels; c++)
        {
            var from = old.Plane(c);
            var to = canvas.Plane(c);
            from.CopyTo(to);
            for (var y = 1; y < height - 1; y++)
            {
                for (var x = 1; x < width - 1; x++)
                {
                    var i = (y * width) + x;
                    var smooth = (from[i - width - 1] + from[i - width] + from[i - width + 1] + from[i - 1] + (5 * from[i]) + from[i + 1]
                        + from[i + width - 1] + from[i + width] + from[i + width + 1]) / 13;
                    to[i] = Math.Clamp(smooth + ((from[i] - smooth) * factor), 0, 1);
                }
            }
        }
    }
}
