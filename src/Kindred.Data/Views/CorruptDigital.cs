using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Corruptions by what programs do to pictures.</summary>
static unsafe class CorruptDigital
{
    /// <summary>The side that the authors' elastic distances are stated for.</summary>
    const double LargeSide = 244, SmallSide = 32;

    static readonly int[] JpegSmall = [80, 65, 58, 50, 40], JpegLarge = [25, 18, 15, 10, 7];
    static readonly double[] PixelSmall = [0.95, 0.9, 0.85, 0.75, 0.65], PixelLarge = [0.6, 0.5, 0.4, 0.3, 0.25];

    static readonly (double Alpha, double Sigma, double Corner)[] ElasticSmall = [(0, 0, 0.08), (0.05, 0.2, 0.07), (0.08, 0.06, 0.06), (0.1, 0.04, 0.05), (0.1, 0.03, 0.03)];
    static readonly (double Alpha, double Sigma, double Corner)[] ElasticLarge = [(2, 0.7, 0.1), (2, 0.08, 0.2), (0.05, 0.01, 0.02), (0.07, 0.01, 0.02), (0.12, 0.01, 0.02)];

    /// <summary>What a JPEG of low quality loses.</summary>
    public static void Jpeg(Canvas canvas, int level, bool small, ref Draws draws) => JpegLoss.Apply(canvas, (small ? JpegSmall : JpegLarge)[level]);

    /// <summary>Box-filtered to a part of the size, and back.</summary>
    public static void Pixelate(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var share = (small ? PixelSmall : PixelLarge)[level];
        var (columns, rows, channels) = (canvas.Width, canvas.Height, canvas.Channels);
        int fewColumns = Math.Max(1, (int)(columns * share)), fewRows = Math.Max(1, (int)(rows * share));
        var few = new float[fewColumns * fewRows];
        for (var c = 0; c < channels; c++)
        {
            var plane = canvas.Plane(c);
            Box(plane, columns, rows, few, fewColumns, fewRows);
            Box(few, fewColumns, fewRows, plane, columns, rows);
        }
    }

    /// <summary>A random affine map of three corners, and a smooth random field of shifts on top.</summary>
    public static void Elastic(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var (alpha, sigma, corner) = (small ? ElasticSmall : ElasticLarge)[level];
        var side = small ? SmallSide : LargeSide;
        BendCorners(canvas, corner * side, ref draws);
        if (alpha == 0)
            return;
        var (columns, rows, channels) = (canvas.Width, canvas.Height, canvas.Channels);
        var field = new Canvas();
        field.Switch(rows, columns, 2);
        for (var c = 0; c < 2; c++)
        {
            foreach (ref var x in field.Plane(c))
                x = (float)draws.Uniform(-1, 1);
        }
        Convolution.Gaussian(field, sigma * side, (int)((3 * sigma * side) + 0.5));
        var old = canvas.Replace(rows, columns, channels);
        Span<float> right = field.Plane(0), down = field.Plane(1);
        var reach = (float)(alpha * side);
        for (var i = 0; i < right.Length; i++)
            SampleMirrored(old, canvas, i, (i % columns) + (reach * right[i]), (i / columns) + (reach * down[i]));
        GC.KeepAlive(field);
    }

    /// <summary>Three points of a triangle around the centre move by up to a distance; the picture follows.</summary>
    static void BendCorners(Canvas canvas, double distance, ref Draws draws)
    {
        var (columns, rows, channels) = (canvas.Width, canvas.Height, canvas.Channels);
        double middleX = columns / 2, middleY = rows / 2, arm = Math.Min(columns, rows) / 3;
        // Offsets from the centre; the moved triangle maps back to the old one: old = M · new + t.
        ReadOnlySpan<double> oldX = [arm, arm, -arm], oldY = [arm, -arm, -arm];
        Span<double> newX = stackalloc double[3], newY = stackalloc double[3];
        for (var i = 0; i < 3; i++)
        {
            newX[i] = oldX[i] + draws.Uniform(-distance, distance);
            newY[i] = oldY[i] + draws.Uniform(-distance, distance);
        }
        double ax = newX[0] - newX[2], ay = newY[0] - newY[2], bx = newX[1] - newX[2], by = newY[1] - newY[2];
        var area = (ax * by) - (ay * bx);
        if (Math.Abs(area) < 1e-6)
            return;
        var old = canvas.Replace(rows, columns, channels);
        for (var i = 0; i < rows * columns; i++)
        {
            double x = (i % columns) - middleX - newX[2], y = (i / columns) - middleY - newY[2];
            double s = ((x * by) - (y * bx)) / area, t = ((ax * y) - (ay * x)) / area;
            var u = oldX[2] + (s * (oldX[0] - oldX[2])) + (t * (oldX[1] - oldX[2])) + middleX;
            var v = oldY[2] + (s * (oldY[0] - oldY[2])) + (t * (oldY[1] - oldY[2])) + middleY;
            SampleMirrored(old, canvas, i, (float)u, (float)v);
        }
    }

    static void SampleMirrored(in OldPlanes old, Canvas canvas, int at, float u, float v)
    {
        int x = (int)MathF.Floor(u), y = (int)MathF.Floor(v);
        float fx = u - x, fy = v - y;
        int x0 = Convolution.Mirror(x, old.Width), x1 = Convolution.Mirror(x + 1, old.Width);
        int y0 = Convolution.Mirror(y, old.Height) * old.Width, y1 = Convolution.Mirror(y + 1, old.Height) * old.Width;
        for (var c = 0; c < old.Channels; c++)
        {
            var from = old.Start + (c * old.Stride);
            var upper = (from[y0 + x0] * (1 - fx)) + (from[y0 + x1] * fx);
            var lower = (from[y1 + x0] * (1 - fx)) + (from[y1 + x1] * fx);
            canvas.Planes[(c * canvas.PlaneStride) + at] = (upper * (1 - fy)) + (lower * fy);
        }
    }

    /// <summary>PIL's box filter: the mean of the source pixels whose centres fall in the target pixel, or the nearest one when enlarging.</summary>
    static void Box(ReadOnlySpan<float> from, int columns, int rows, Span<float> to, int toColumns, int toRows)
    {
        for (var y = 0; y < toRows; y++)
        {
            var (top, bottom) = Cover(y, rows, toRows);
            for (var x = 0; x < toColumns; x++)
            {
                var (left, right) = Cover(x, columns, toColumns);
                var sum = 0f;
                for (var v = top; v < bottom; v++)
                {
                    for (var u = left; u < right; u++)
                        sum += from[(v * columns) + u];
                }
                to[(y * toColumns) + x] = sum / ((bottom - top) * (right - left));
            }
        }

        static (int Low, int High) Cover(int place, int from, int to)
        {
            var scale = (double)from / to;
            var half = 0.5 * Math.Max(scale, 1);
            var center = (place + 0.5) * scale;
            // The interval is open below and closed above, as the filter is.
            int low = Math.Max(0, (int)Math.Ceiling(center - half - 0.5 + 1e-9)), high = Math.Min(from, (int)Math.Floor(center + half - 0.5 + 1e-9) + 1);
            return high > low ? (low, high) : (Math.Min(low, from - 1), Math.Min(low, from - 1) + 1);
        }
    }
}
