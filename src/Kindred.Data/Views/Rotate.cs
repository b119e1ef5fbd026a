using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>A turn by 0, 90, 180 or 270 degrees counter-clockwise, each equally likely; pictures that are not square turn by 0 or 180 only.</summary>
/// <remarks>Gidaris, Singh, Komodakis, arXiv:1803.07728; one of SimCLR's candidate operations and of LooC's atomic ones.</remarks>
/// <param name="P">How often a turn is drawn at all.</param>
[Augmentation("rotate", "a turn by quarters", Paper = "arXiv:1803.07728")]
public sealed record Rotate([Probability] double P = 1) : Augmentation
{
    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        var applied = draws.Chance(P);
        var quarters = draws.Integer(4);
        step[0] = shape.Width == shape.Height ? quarters : quarters & 2;
        return applied;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step)
    {
        var quarters = (int)step[0];
        if (quarters == 0)
            return;
        var (height, width, channels) = (canvas.Height, canvas.Width, canvas.Channels);
        var old = canvas.Replace(height, width, channels);
        for (var c = 0; c < channels; c++)
            Turn(old.Plane(c), canvas.Plane(c), width, height, quarters);
    }

    /// <inheritdoc/>
    public override string Describe(in DrawnStep step) => $"{90 * (int)step[0]}°";

    static void Turn(ReadOnlySpan<float> from, Span<float> to, int width, int height, int quarters)
    {
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                to[(y * width) + x] = quarters switch
                {
                    1 => from[(x * width) + width - 1 - y],
                    2 => from[((height - 1 - y) * width) + width - 1 - x],
                    _ => from[((height - 1 - x) * width) + y],
                };
            }
        }
    }
}
