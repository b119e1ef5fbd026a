using System.Runtime.CompilerServices;

namespace Kindred.Data.Views;

/// <summary>From a place in the new picture to the place in the old one: x' = a·x + b·y + c, y' = d·x + e·y + f, measured from the pictures' centres.</summary>
readonly record struct WarpMap(double A, double B, double C, double D, double E, double F)
{
    /// <summary>Undoes: shear by tan, stretch by (sx, sy), turn counter-clockwise on the screen, shift.</summary>
    /// <param name="degrees">Turn, positive = clockwise on the screen, as torchvision's <c>affine</c> counts.</param>
    /// <param name="scaleX">Stretch along x.</param>
    /// <param name="scaleY">Stretch along y.</param>
    /// <param name="shiftX">Pixels to the right.</param>
    /// <param name="shiftY">Pixels down.</param>
    /// <param name="shear">Tangent of the shear along x.</param>
    public static WarpMap Undo(double degrees, double scaleX, double scaleY, double shiftX, double shiftY, double shear = 0)
    {
        var (sine, cosine) = Math.SinCos(degrees * Math.PI / 180);
        // Forward: R · diag(sx, sy) · [1 shear; 0 1]; its inverse row by row.
        double a = cosine / scaleX, b = sine / scaleX, d = -sine / scaleY, e = cosine / scaleY;
        a -= shear * d;
        b -= shear * e;
        return new(a, b, (-a * shiftX) - (b * shiftY), d, e, (-d * shiftX) - (e * shiftY));
    }
}

/// <summary>Moving a picture's pixels by a map, interpolated bilinearly; what lies outside has the fill colour.</summary>
static unsafe class Warp
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(Canvas canvas, in WarpMap map, (float Red, float Green, float Blue) fill)
    {
        int width = canvas.Width, height = canvas.Height, channels = canvas.Channels;
        var colors = stackalloc float[4] { fill.Red, fill.Green, fill.Blue, 0 };
        var old = canvas.Replace(height, width, channels);
        double middleX = (width - 1) / 2.0, middleY = (height - 1) / 2.0;
        float* from = old.Start, to = canvas.Planes;
        int oldStride = old.Stride, stride = canvas.PlaneStride;
        for (var y = 0; y < height; y++)
        {
            var startX = (float)((map.A * -middleX) + (map.B * (y - middleY)) + map.C + middleX);
            var startY = (float)((map.D * -middleX) + (map.E * (y - middleY)) + map.F + middleY);
            for (var x = 0; x < width; x++)
            {
                float u = startX + ((float)map.A * x), v = startY + ((float)map.D * x);
                Sample(from, oldStride, width, height, u, v, colors, to + (y * width) + x, stride, channels);
            }
        }
    }

    /// <summary>All channels at one fractional place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sample(float* from, int fromStride, int width, int height, float u, float v, float* fill, float* to, int toStride, int channels)
    {
        float left = MathF.Floor(u), top = MathF.Floor(v);
        float fx = u - left, fy = v - top;
        if (left >= 0 && top >= 0 && left < width - 1 && top < height - 1)
        {
            var at = from + ((int)top * width) + (int)left;
            for (var c = 0; c < channels; c++, at += fromStride, to += toStride)
            {
                var upper = at[0] + ((at[1] - at[0]) * fx);
                var lower = at[width] + ((at[width + 1] - at[width]) * fx);
                *to = upper + ((lower - upper) * fy);
            }
            return;
        }
        for (var c = 0; c < channels; c++, from += fromStride, to += toStride)
        {
            var upper = (At(from, width, height, left, top, fill[c]) * (1 - fx)) + (At(from, width, height, left + 1, top, fill[c]) * fx);
            var lower = (At(from, width, height, left, top + 1, fill[c]) * (1 - fx)) + (At(from, width, height, left + 1, top + 1, fill[c]) * fx);
            *to = (upper * (1 - fy)) + (lower * fy);
        }
    }

    static float At(float* plane, int width, int height, float x, float y, float fill) =>
        x >= 0 && y >= 0 && x < width && y < height ? plane[((int)y * width) + (int)x] : fill;
}
