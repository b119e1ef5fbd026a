using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>A free turn, a change of size and aspect and a shift, interpolated bilinearly about the centre.</summary>
/// <remarks>torchvision's <c>RandomAffine</c> with a log-uniform scale and an aspect; the scale along x is s·e^(a/2), along y s·e^(−a/2), a from U(−Aspect, Aspect).</remarks>
/// <param name="Degrees">The turn is uniform in ±this.</param>
/// <param name="Scale">Least and greatest scale, log-uniform between them; [1, 1] if left out.</param>
/// <param name="Aspect">Greatest change of ln(width/height).</param>
/// <param name="Shift">The shift along each side is uniform in ±this share of it.</param>
/// <param name="Shear">Greatest shear along x, in degrees.</param>
/// <param name="P">How often the operation acts.</param>
/// <param name="Fill">Grey in 0…1 of what lies outside; below 0: the background colour.</param>
[Augmentation("affine", "a turn, a change of size and a shift", Paper = "torchvision")]
public sealed record Affine(
    [Range(0.0, 360.0)] double Degrees = 30, [Interval(0, 100, MinimumIsExclusive = true)] double[]? Scale = null, [Range(0.0, 5.0)] double Aspect = 0,
    [Range(0.0, 1.0)] double Shift = 0, [Range(0.0, 89.0)] double Shear = 0, [Probability] double P = 1, [Range(-1.0, 1.0)] double Fill = -1) : Augmentation
{
    readonly (double Low, double High) scale = Scale switch
    {
        null => (1, 1),
        [> 0, _] when Scale[0] <= Scale[1] => (Scale[0], Scale[1]),
        _ => throw new ConfigurationException($"affine: scale is [{string.Join(", ", Scale)}]; it takes two numbers above 0, the smaller first."),
    };

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        var applied = draws.Chance(P);
        step[0] = (float)draws.Uniform(-Degrees, Degrees);
        var size = draws.LogUniform(scale.Low, scale.High);
        var aspect = draws.Uniform(-Aspect, Aspect);
        step[1] = (float)(size * Math.Exp(aspect / 2));
        step[2] = (float)(size * Math.Exp(-aspect / 2));
        step[3] = (float)(draws.Uniform(-Shift, Shift) * shape.Width);
        step[4] = (float)(draws.Uniform(-Shift, Shift) * shape.Height);
        step[5] = (float)draws.Uniform(-Shear, Shear);
        return applied;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step)
    {
        var grey = (float)Fill;
        var map = WarpMap.Undo(step[0], step[1], step[2], step[3], step[4], Math.Tan(step[5] * Math.PI / 180));
        Warp.Run(canvas, map, Fill < 0 ? canvas.Background : (grey, grey, grey));
    }

    /// <inheritdoc/>
    public override string Describe(in DrawnStep step) => string.Create(CultureInfo.InvariantCulture,
        $"{step[0]:0.0}°, scale {step[1]:0.00}×{step[2]:0.00}, shift ({step[3]:0.0}, {step[4]:0.0})");
}
