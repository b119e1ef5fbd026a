using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Brightness, contrast, saturation and hue change by random amounts, in random order.</summary>
/// <remarks>
/// Chen et al., SimCLR, arXiv:2002.05709, Appendix A, with torchvision's arithmetic: brightness b draws a factor from U(max(0, 1 − b), 1 + b),
/// contrast and saturation likewise, hue h a turn from U(−h, h) of the circle; every change clips to 0…1. Contrast mixes with the mean
/// grey of the whole view. <paramref name="Additive"/> is SimCLR v1's brightness: U(−b, b) is added instead.
/// </remarks>
/// <param name="Strength">Sets brightness, contrast and saturation to itself and hue to a quarter of it, where they are not given.</param>
/// <param name="P">How often the jitter acts.</param>
/// <param name="Brightness">Spread of the brightness; the strength if left out.</param>
/// <param name="Contrast">Spread of the contrast; the strength if left out.</param>
/// <param name="Saturation">Spread of the saturation; the strength if left out.</param>
/// <param name="Hue">Spread of the hue, at most 0.5; a quarter of the strength if left out.</param>
/// <param name="Additive">Whether brightness is added rather than multiplied.</param>
[Augmentation("jitter", "other brightness, contrast, saturation and hue", Paper = "arXiv:2002.05709")]
public sealed record Jitter(
    [Range(0.0, 2.0)] double Strength = 0.8, [Probability] double P = 0.8, [Range(0.0, 10.0)] double? Brightness = null, [Range(0.0, 10.0)] double? Contrast = null,
    [Range(0.0, 10.0)] double? Saturation = null, [Range(0.0, 0.5)] double? Hue = null, bool Additive = false) : Augmentation
{
    const int BrightnessStep = 0, ContrastStep = 1, SaturationStep = 2, HueStep = 3, Order = 4;

    readonly double brightness = Brightness ?? Strength;
    readonly double contrast = Contrast ?? Strength;
    readonly double saturation = Saturation ?? Strength;
    readonly double hue = Hue ?? (Strength / 4);

    internal override bool CommutesWithFlip => true;

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        var applied = draws.Chance(P);
        step[BrightnessStep] = (float)(Additive ? draws.Uniform(-brightness, brightness) : Factor(ref draws, brightness));
        step[ContrastStep] = (float)Factor(ref draws, contrast);
        step[SaturationStep] = (float)Factor(ref draws, saturation);
        step[HueStep] = (float)draws.Uniform(-hue, hue);
        Span<int> order = stackalloc int[4];
        draws.Permutation(order);
        for (var i = 0; i < 4; i++)
            step[Order + i] = order[i];
        return applied;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step)
    {
        for (var i = 0; i < 4; i++)
        {
            var which = (int)step[Order + i];
            var amount = step[which];
            switch (which)
            {
                case BrightnessStep when brightness > 0:
                    canvas.Point(PointOperation.Of(Additive ? PointKind.Shift : PointKind.Scale, amount));
                    break;
                case ContrastStep when contrast > 0:
                    canvas.Point(PointOperation.Of(PointKind.Blend, amount, (1 - amount) * canvas.SettleAndMeanGrey()));
                    break;
                case SaturationStep when saturation > 0:
                    canvas.Point(PointOperation.Of(PointKind.Saturate, amount));
                    break;
                case HueStep when hue > 0:
                    canvas.Point(PointOperation.Of(PointKind.Hue, amount));
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public override string Describe(in DrawnStep step)
    {
        var words = new string[4];
        for (var i = 0; i < 4; i++)
        {
            var which = (int)step[Order + i];
            var name = which switch { BrightnessStep => "brightness", ContrastStep => "contrast", SaturationStep => "saturation", _ => "hue" };
            words[i] = string.Create(CultureInfo.InvariantCulture, $"{name} {step[which]:0.00}");
        }
        return string.Join(", ", words);
    }

    static double Factor(ref Draws draws, double spread) => draws.Uniform(Math.Max(0, 1 - spread), 1 + spread);
}
