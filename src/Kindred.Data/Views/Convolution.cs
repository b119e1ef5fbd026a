using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Kindred.Data.Views;

/// <summary>Filtering planes along x and y with mirrored edges.</summary>
static unsafe class Convolution
{
    const int Lanes = 8;

    /// <summary>The widest filter: more taps than any blur of a sensible picture takes.</summary>
    public const int MostRadius = 640;

    /// <summary>Blurs all planes.</summary>
    /// <param name="canvas">The view.</param>
    /// <param name="sigma">In pixels.</param>
    /// <param name="radius">The window reaches this far on both sides, or 4.5 σ if that is less.</param>
    public static void Gaussian(Canvas canvas, double sigma, int radius)
    {
        radius = Math.Min(Math.Min(radius, (int)Math.Ceiling(4.5 * sigma)), MostRadius);
        Span<float> weights = stackalloc float[(2 * radius) + 1];
        var sum = 0.0;
        for (var k = -radius; k <= radius; k++)
            sum += Math.Exp(-0.5 * k * k / (sigma * sigma));
        for (var k = -radius; k <= radius; k++)
            weights[k + radius] = (float)(Math.Exp(-0.5 * k * k / (sigma * sigma)) / sum);
        Separable(canvas, weights);
    }

    /// <summary>Filters all planes with the same odd, symmetric or lopsided weights along both axes.</summary>
    public static void Separable(Canvas canvas, ReadOnlySpan<float> weights)
    {
        if (weights.Length is < 1 or > (2 * MostRadius) + 1)
            throw new ArgumentException($"a filter of {weights.Length} weights; 1 to {(2 * MostRadius) + 1} are taken", nameof(weights));
        canvas.Settle();
        var spare = canvas.Spare();
        int width = canvas.Width, height = canvas.Height, stride = canvas.PlaneStride;
        var line = canvas.Line(width + weights.Length + (4 * Lanes));
        fixed (float* w = weights)
        {
            for (var c = 0; c < canvas.Channels; c++)
            {
                var plane = canvas.Planes + (c * stride);
                Across(plane, spare, width, height, w, weights.Length, line);
                Down(spare, plane, width, height, w, weights.Length);
            }
        }
    }

    /// <summary>Where a place outside 0 … length − 1 is mirrored to, the edge itself not repeated.</summary>
    public static int Mirror(int place, int length)
    {
        if (length == 1)
            return 0;
        var period = (2 * length) - 2;
        place = ((place % period) + period) % period;
        return place < length ? place : period - place;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Across(float* from, float* to, int width, int height, float* weights, int taps, float* line)
    {
        var radius = taps / 2;
        for (var y = 0; y < height; y++, from += width, to += width)
        {
            for (var k = 1; k <= radius; k++)
            {
                line[radius - k] = from[Mirror(-k, width)];
                line[radius + width - 1 + k] = from[Mirror(width - 1 + k, width)];
            }
            new ReadOnlySpan<float>(from, width).CopyTo(new(line + radius, width));
            for (var x = 0; x < width; x += 4 * Lanes)
                SlideFour(line + x, weights, taps, to + x, width - x);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void SlideFour(float* line, float* weights, int taps, float* to, int left)
    {
        V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
        for (var k = 0; k < taps; k++)
        {
            var w = Vector256.Create(weights[k]);
            a = Vector256.MultiplyAddEstimate(Vector256.Load(line + k), w, a);
            b = Vector256.MultiplyAddEstimate(Vector256.Load(line + k + 8), w, b);
            c = Vector256.MultiplyAddEstimate(Vector256.Load(line + k + 16), w, c);
            d = Vector256.MultiplyAddEstimate(Vector256.Load(line + k + 24), w, d);
        }
        // Rows are written in order: what runs past a row's end is overwritten by the next row.
        a.Store(to);
        if (left > 8)
            b.Store(to + 8);
        if (left > 16)
            c.Store(to + 16);
        if (left > 24)
            d.Store(to + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Down(float* from, float* to, int width, int height, float* weights, int taps)
    {
        var radius = taps / 2;
        var rows = stackalloc float*[taps];
        for (var y = 0; y < height; y++, to += width)
        {
            for (var k = 0; k < taps; k++)
            {
                var row = y + k - radius;
                rows[k] = from + ((row >= 0 && row < height ? row : Mirror(row, height)) * width);
            }
            for (var x = 0; x < width; x += 2 * Lanes)
            {
                V a = V.Zero, b = V.Zero;
                for (var k = 0; k < taps; k++)
                {
                    var w = Vector256.Create(weights[k]);
                    a = Vector256.MultiplyAddEstimate(Vector256.Load(rows[k] + x), w, a);
                    b = Vector256.MultiplyAddEstimate(Vector256.Load(rows[k] + x + Lanes), w, b);
                }
                a.Store(to + x);
                if (x + Lanes < width)
                    b.Store(to + x + Lanes);
            }
        }
    }
}
