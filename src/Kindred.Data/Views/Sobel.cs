using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>The strength of the grey picture's edges: √(Gx² + Gy²) of the two 3×3 Sobel filters over 8, in every channel.</summary>
/// <remarks>One of SimCLR's candidate operations. A full step from black to white along x or y gives 0.5; edges are mirrored.</remarks>
/// <param name="P">How often.</param>
[Augmentation("sobel", "the strength of edges", Paper = "arXiv:2002.05709")]
public sealed record Sobel([Probability] double P = 1) : Augmentation
{
    internal override bool CommutesWithFlip => true;

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step) => draws.Chance(P);

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step)
    {
        canvas.Point(PointOperation.Of(PointKind.Gray));
        var (height, width, channels) = (canvas.Height, canvas.Width, canvas.Channels);
        var old = canvas.Replace(height, width, channels);
        Edges(old.Plane(0), canvas.Plane(0), width, height);
        for (var c = 1; c < channels; c++)
            canvas.Plane(0).CopyTo(canvas.Plane(c));
    }

    static void Edges(ReadOnlySpan<float> from, Span<float> to, int width, int height)
    {
        for (var y = 0; y < height; y++)
        {
            var above = from.Slice(Convolution.Mirror(y - 1, height) * width, width);
            var here = from.Slice(y * width, width);
            var below = from.Slice(Convolution.Mirror(y + 1, height) * width, width);
            for (var x = 0; x < width; x++)
            {
                int left = x > 0 ? x - 1 : Convolution.Mirror(-1, width), right = x + 1 < width ? x + 1 : Convolution.Mirror(width, width);
                var gx = above[right] - above[left] + (2 * (here[right] - here[left])) + below[right] - below[left];
                var gy = below[left] - above[left] + (2 * (below[x] - above[x])) + below[right] - above[right];
                to[(y * width) + x] = MathF.Sqrt((gx * gx) + (gy * gy)) / 8;
            }
        }
    }
}
