using System.ComponentModel.DataAnnotations;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Only the highest bits of each 8-bit value are kept.</summary>
/// <param name="Bits">1 to 8.</param>
/// <param name="P">How often.</param>
[Augmentation("posterize", "only the highest bits", Paper = "arXiv:1805.09501")]
public sealed record Posterize([Range(1, 8)] int Bits = 4, [Probability] double P = 0.5) : Augmentation
{
    readonly float step = Bits is >= 1 and <= 8 ? 1 << (8 - Bits) : throw new ConfigurationException($"posterize: {Bits} bits; a value has 1 to 8.");

    internal override bool CommutesWithFlip => true;

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step) => draws.Chance(P);

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step) => canvas.Point(PointOperation.Of(PointKind.Posterize, this.step));
}
