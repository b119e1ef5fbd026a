using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Left and right change places.</summary>
/// <param name="P">How often.</param>
/// <param name="Vertical">Whether top and bottom change places instead.</param>
[Augmentation("flip", "a mirror image", Paper = "torchvision")]
public sealed record Flip([Probability] double P = 0.5, bool Vertical = false) : Augmentation
{
    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step) => draws.Chance(P);

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step)
    {
        for (var c = 0; c < canvas.Channels; c++)
        {
            if (Vertical)
                SwapRows(canvas.Plane(c), canvas.Width, canvas.Height);
            else
                ReverseRows(canvas.Plane(c), canvas.Width, canvas.Height);
        }
    }

    static void ReverseRows(Span<float> plane, int width, int height)
    {
        for (var y = 0; y < height; y++)
            plane.Slice(y * width, width).Reverse();
    }

    static void SwapRows(Span<float> plane, int width, int height)
    {
        for (var y = 0; y < height / 2; y++)
        {
            Span<float> upper = plane.Slice(y * width, width), lower = plane.Slice((height - 1 - y) * width, width);
            for (var x = 0; x < width; x++)
                (upper[x], lower[x]) = (lower[x], upper[x]);
        }
    }
}
