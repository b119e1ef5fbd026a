using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Colour is dropped now and then: all three channels become 0.299 r + 0.587 g + 0.114 b.</summary>
/// <param name="P">How often.</param>
[Augmentation("gray", "no colour", Paper = "arXiv:2002.05709")]
public sealed record Gray([Probability] double P = 0.2) : Augmentation
{
    internal override bool CommutesWithFlip => true;

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step) => draws.Chance(P);

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step) => canvas.Point(PointOperation.Of(PointKind.Gray));
}
