using System.ComponentModel.DataAnnotations;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Values from a threshold up are turned upside down: x becomes 1 − x.</summary>
/// <param name="P">How often.</param>
/// <param name="Threshold">In 0…1; BYOL's 128 of 255 unless given.</param>
[Augmentation("solarize", "bright values upside down", Paper = "arXiv:2006.07733")]
public sealed record Solarize([Probability] double P = 0.2, [Range(0.0, 1.0)] double Threshold = 128 / 255.0) : Augmentation
{
    internal override bool CommutesWithFlip => true;

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step) => draws.Chance(P);

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step) => canvas.Point(PointOperation.Of(PointKind.Solarize, (float)Threshold));
}

/// <summary>Every value is turned upside down: x becomes 1 − x.</summary>
/// <param name="P">How often.</param>
[Augmentation("invert", "all values upside down", Paper = "arXiv:1805.09501")]
public sealed record Invert([Probability] double P = 0.5) : Augmentation
{
    internal override bool CommutesWithFlip => true;

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step) => draws.Chance(P);

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step) => canvas.Point(PointOperation.PerChannel([-1], [1]));
}
