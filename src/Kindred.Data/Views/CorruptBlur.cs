using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Corruptions by blur.</summary>
static class CorruptBlur
{
    static readonly double[] GaussianSmall = [0.4, 0.6, 0.7, 0.8, 1], GaussianLarge = [1, 2, 3, 4, 6];

    static readonly (double Radius, double Soft)[] DefocusSmall = [(0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)];
    static readonly (double Radius, double Soft)[] DefocusLarge = [(3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)];

    static readonly (double Sigma, int Reach, int Times)[] GlassSmall = [(0.05, 1, 1), (0.25, 1, 1), (0.4, 1, 1), (0.25, 1, 2), (0.4, 1, 2)];
    static readonly (double Sigma, int Reach, int Times)[] GlassLarge = [(0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2)];

    static readonly (int Radius, double Sigma)[] MotionSmall = [(6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5)];
    static readonly (int Radius, double Sigma)[] MotionLarge = [(10, 3), (15, 5), (15, 8), (15, 12), (20, 15)];

    static readonly (int Count, double Step)[] ZoomSmall = [(6, 0.01), (11, 0.01), (16, 0.01), (21, 0.01), (26, 0.01)];
    static readonly (int Count, double Step)[] ZoomLarge = [(11, 0.01), (16, 0.01), (11, 0.02), (13, 0.02), (11, 0.03)];

    /// <summary>A Gaussian.</summary>
    public static void Gaussian(Canvas canvas, int level, bool small, ref Draws draws) =>
        Convolution.Gaussian(canvas, (small ? GaussianSmall : GaussianLarge)[level], Convolution.MostRadius);

    /// <summary>A disk, its edge softened by a small Gaussian.</summary>
    public static void Defocus(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var (radius, soft) = (small ? DefocusSmall : DefocusLarge)[level];
        var half = Math.Max(8, (int)radius);
        var side = (2 * half) + 1;
        var disk = new float[side * side];
        for (var i = 0; i < disk.Length; i++)
        {
            double x = (i % side) - half, y = (i / side) - half;
            disk[i] = (x * x) + (y * y) <= radius * radius ? 1 : 0;
        }
        Soften(disk, side, soft, radius <= 8 ? 1 : 2);
        var sum = disk.Sum();
        for (var i = 0; i < disk.Length; i++)
            disk[i] /= sum;
        Filter(canvas, disk, side);
    }

    /// <summary>Pixels near one another change places, between two Gaussian blurs.</summary>
    public static void Glass(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var (sigma, reach, times) = (small ? GlassSmall : GlassLarge)[level];
        Convolution.Gaussian(canvas, sigma, Convolution.MostRadius);
        for (var time = 0; time < times; time++)
        {
            for (var y = canvas.Height - reach - 1; y > reach; y--)
            {
                for (var x = canvas.Width - reach - 1; x > reach; x--)
                {
                    var from = (y * canvas.Width) + x;
                    var to = from + draws.Integer(2 * reach) - reach + ((draws.Integer(2 * reach) - reach) * canvas.Width);
                    for (var c = 0; c < canvas.Channels; c++)
                    {
                        var plane = canvas.Plane(c);
                        (plane[from], plane[to]) = (plane[to], plane[from]);
                    }
                }
            }
        }
        Convolution.Gaussian(canvas, sigma, Convolution.MostRadius);
    }

    /// <summary>The picture trails in a direction within ±45° of the horizontal, by half a Gaussian.</summary>
    public static void Motion(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var (radius, sigma) = (small ? MotionSmall : MotionLarge)[level];
        Trail(canvas, radius, sigma, draws.Uniform(-45, 45));
    }

    /// <summary>Each pixel becomes the Gaussian-weighted mean of those behind it along a line, at whole pixels, edges repeated.</summary>
    internal static void Trail(Canvas canvas, int radius, double sigma, double degrees)
    {
        var width = (2 * radius) + 1;
        var weights = new float[width];
        var sum = 0.0;
        for (var i = 0; i < width; i++)
            sum += Math.Exp(-0.5 * i * i / (sigma * sigma));
        for (var i = 0; i < width; i++)
            weights[i] = (float)(Math.Exp(-0.5 * i * i / (sigma * sigma)) / sum);
        var (sine, cosine) = Math.SinCos(degrees * Math.PI / 180);
        var (columns, rows, channels) = (canvas.Width, canvas.Height, canvas.Channels);
        var old = canvas.Replace(rows, columns, channels);
        for (var c = 0; c < channels; c++)
        {
            var from = old.Plane(c);
            var to = canvas.Plane(c);
            to.Clear();
            for (var i = 0; i < width; i++)
            {
                int dx = (int)Math.Ceiling((i * cosine) - 0.5), dy = (int)Math.Ceiling((i * sine) - 0.5);
                for (var y = 0; y < rows; y++)
                {
                    var row = from.Slice(Math.Clamp(y + dy, 0, rows - 1) * columns, columns);
                    for (var x = 0; x < columns; x++)
                        to[(y * columns) + x] += weights[i] * row[Math.Clamp(x + dx, 0, columns - 1)];
                }
            }
        }
    }

    /// <summary>The mean of the picture and of itself at several zooms.</summary>
    public static void Zoom(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var (count, step) = (small ? ZoomSmall : ZoomLarge)[level];
        var (columns, rows, channels) = (canvas.Width, canvas.Height, canvas.Channels);
        var old = canvas.Replace(rows, columns, channels);
        for (var c = 0; c < channels; c++)
        {
            var to = canvas.Plane(c);
            old.Plane(c).CopyTo(to);
            for (var i = 0; i < count; i++)
                AddZoomed(old.Plane(c), to, columns, rows, 1 + (i * step));
            foreach (ref var x in to)
                x /= count + 1;
        }
    }

    /// <summary>Adds the middle of a plane, enlarged bilinearly to the plane's size, first and last pixels of the middle at the edges.</summary>
    internal static void AddZoomed(ReadOnlySpan<float> from, Span<float> to, int columns, int rows, double zoom)
    {
        var (left, stepX, shiftX) = Place(columns, zoom);
        var (top, stepY, shiftY) = Place(rows, zoom);
        for (var y = 0; y < rows; y++)
        {
            var v = top + ((y + shiftY) * stepY);
            var (y0, fy) = Split(v, rows);
            for (var x = 0; x < columns; x++)
            {
                var u = left + ((x + shiftX) * stepX);
                var (x0, fx) = Split(u, columns);
                int x1 = Math.Min(x0 + 1, columns - 1), y1 = Math.Min(y0 + 1, rows - 1);
                var upper = (from[(y0 * columns) + x0] * (1 - fx)) + (from[(y0 * columns) + x1] * fx);
                var lower = (from[(y1 * columns) + x0] * (1 - fx)) + (from[(y1 * columns) + x1] * fx);
                to[(y * columns) + x] += (upper * (1 - fy)) + (lower * fy);
            }
        }

        static (double Start, double Step, int Shift) Place(int length, double zoom)
        {
            var part = (int)Math.Ceiling(length / zoom);
            var enlarged = Math.Max(length, (int)Math.Round(part * zoom));
            return ((length - part) / 2, enlarged > 1 ? (part - 1.0) / (enlarged - 1) : 0, (enlarged - length) / 2);
        }

        static (int Whole, float Part) Split(double place, int length)
        {
            var whole = Math.Clamp((int)place, 0, length - 1);
            return (whole, (float)(place - whole));
        }
    }

    static void Soften(float[] disk, int side, double sigma, int radius)
    {
        var copy = (float[])disk.Clone();
        for (var i = 0; i < disk.Length; i++)
        {
            double sum = 0, total = 0;
            for (var dy = -radius; dy <= radius; dy++)
            {
                for (var dx = -radius; dx <= radius; dx++)
                {
                    var weight = Math.Exp(-0.5 * ((dx * dx) + (dy * dy)) / (sigma * sigma));
                    int x = Convolution.Mirror((i % side) + dx, side), y = Convolution.Mirror((i / side) + dy, side);
                    sum += weight * copy[(y * side) + x];
                    total += weight;
                }
            }
            disk[i] = (float)(sum / total);
        }
    }

    static void Filter(Canvas canvas, float[] kernel, int side)
    {
        var half = side / 2;
        var (columns, rows, channels) = (canvas.Width, canvas.Height, canvas.Channels);
        var old = canvas.Replace(rows, columns, channels);
        for (var c = 0; c < channels; c++)
        {
            var from = old.Plane(c);
            var to = canvas.Plane(c);
            to.Clear();
            for (var k = 0; k < kernel.Length; k++)
            {
                if (kernel[k] == 0)
                    continue;
                int dx = (k % side) - half, dy = (k / side) - half;
                for (var y = 0; y < rows; y++)
                {
                    var row = from.Slice(Convolution.Mirror(y + dy, rows) * columns, columns);
                    var line = to.Slice(y * columns, columns);
                    for (var x = 0; x < columns; x++)
                    {
                        var at = x + dx;
                        line[x] += kernel[k] * row[(uint)at < (uint)columns ? at : Convolution.Mirror(at, columns)];
                    }
                }
            }
        }
    }
}
