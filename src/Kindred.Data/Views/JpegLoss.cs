using Kindred.Data.Sources;

namespace Kindred.Data.Views;

/// <summary>What baseline JPEG does to a picture, without writing one: YCbCr, halved chroma, 8×8 cosine transform, rounding to the quality's steps, and back.</summary>
/// <remarks>ITU-T T.81, Annex A, with the example tables of Annex K scaled by quality as the Independent JPEG Group does.</remarks>
static class JpegLoss
{
    static readonly byte[] Luminance =
    [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ];

    static readonly byte[] Chrominance =
    [
        17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    ];

    /// <summary>Row u: the u-th cosine at the eight places, orthonormal.</summary>
    static readonly float[] Cosines = MakeCosines();

    /// <summary>Applies the loss to all channels.</summary>
    /// <param name="canvas">The view.</param>
    /// <param name="quality">1 to 100.</param>
    public static void Apply(Canvas canvas, int quality)
    {
        var (width, height) = (canvas.Width, canvas.Height);
        if (canvas.Channels != 3)
        {
            for (var c = 0; c < canvas.Channels; c++)
            {
                Scale(canvas.Plane(c), 255);
                Code(canvas.Plane(c), width, height, Luminance, quality);
                Scale(canvas.Plane(c), 1 / 255f);
            }
            return;
        }
        Span<float> r = canvas.Plane(0), g = canvas.Plane(1), b = canvas.Plane(2);
        for (var i = 0; i < r.Length; i++)
        {
            float x = MathF.Round(Math.Clamp(r[i], 0, 1) * 255), y = MathF.Round(Math.Clamp(g[i], 0, 1) * 255), z = MathF.Round(Math.Clamp(b[i], 0, 1) * 255);
            r[i] = MathF.Round((0.299f * x) + (0.587f * y) + (0.114f * z));
            g[i] = MathF.Round((-0.168736f * x) - (0.331264f * y) + (0.5f * z) + 128);
            b[i] = MathF.Round((0.5f * x) - (0.418688f * y) - (0.081312f * z) + 128);
        }
        Code(r, width, height, Luminance, quality);
        CodeHalved(g, width, height, quality);
        CodeHalved(b, width, height, quality);
        for (var i = 0; i < r.Length; i++)
        {
            float y = r[i], cb = g[i] - 128, cr = b[i] - 128;
            r[i] = Byte(y + (1.402f * cr)) / 255;
            g[i] = Byte(y - (0.344136f * cb) - (0.714136f * cr)) / 255;
            b[i] = Byte(y + (1.772f * cb)) / 255;
        }
    }

    static void CodeHalved(Span<float> plane, int width, int height, int quality)
    {
        int columns = (width + 1) / 2, rows = (height + 1) / 2;
        var half = new float[columns * rows];
        for (var i = 0; i < half.Length; i++)
        {
            int x = i % columns * 2, y = i / columns * 2, x1 = Math.Min(x + 1, width - 1), y1 = Math.Min(y + 1, height - 1);
            var sum = plane[(y * width) + x] + plane[(y * width) + x1] + plane[(y1 * width) + x] + plane[(y1 * width) + x1];
            half[i] = MathF.Floor((sum + 1 + (i % columns % 2)) / 4);
        }
        Code(half, columns, rows, Chrominance, quality);
        // Each new pixel takes three quarters of the nearer and one quarter of the farther in each direction.
        for (var y = 0; y < height; y++)
        {
            int near = y / 2, far = Math.Clamp(near + (y % 2 == 0 ? -1 : 1), 0, rows - 1);
            for (var x = 0; x < width; x++)
            {
                int close = x / 2, off = Math.Clamp(close + (x % 2 == 0 ? -1 : 1), 0, columns - 1);
                var here = (0.75f * half[(near * columns) + close]) + (0.25f * half[(far * columns) + close]);
                var there = (0.75f * half[(near * columns) + off]) + (0.25f * half[(far * columns) + off]);
                plane[(y * width) + x] = (0.75f * here) + (0.25f * there);
            }
        }
    }

    static void Code(Span<float> plane, int width, int height, ReadOnlySpan<byte> table, int quality)
    {
        Span<float> block = stackalloc float[64], steps = stackalloc float[64];
        var scale = quality < 50 ? 5000 / quality : 200 - (2 * quality);
        for (var i = 0; i < 64; i++)
            steps[i] = Math.Clamp(((table[i] * scale) + 50) / 100, 1, 255);
        for (var top = 0; top < height; top += 8)
        {
            for (var left = 0; left < width; left += 8)
            {
                for (var i = 0; i < 64; i++)
                    block[i] = plane[(Math.Min(top + (i / 8), height - 1) * width) + Math.Min(left + (i % 8), width - 1)] - 128;
                Transform(block, forward: true);
                for (var i = 0; i < 64; i++)
                    block[i] = MathF.Round(block[i] / steps[i]) * steps[i];
                Transform(block, forward: false);
                for (var i = 0; i < 64; i++)
                {
                    if (top + (i / 8) < height && left + (i % 8) < width)
                        plane[((top + (i / 8)) * width) + left + (i % 8)] = Byte(block[i] + 128);
                }
            }
        }
    }

    /// <summary>C·B·Cᵀ, or Cᵀ·B·C back.</summary>
    static void Transform(Span<float> block, bool forward)
    {
        Span<float> half = stackalloc float[64];
        for (var i = 0; i < 64; i++)
        {
            var sum = 0f;
            for (var k = 0; k < 8; k++)
                sum += Cosine(i / 8, k) * block[(k * 8) + (i % 8)];
            half[i] = sum;
        }
        for (var i = 0; i < 64; i++)
        {
            var sum = 0f;
            for (var k = 0; k < 8; k++)
                sum += half[(i / 8 * 8) + k] * Cosine(i % 8, k);
            block[i] = sum;
        }

        float Cosine(int row, int k) => forward ? Cosines[(row * 8) + k] : Cosines[(k * 8) + row];
    }

    static float[] MakeCosines()
    {
        var cosines = new float[64];
        for (var i = 0; i < 64; i++)
            cosines[i] = (float)(Math.Sqrt(i < 8 ? 1.0 / 8 : 2.0 / 8) * Math.Cos((((i % 8) * 2) + 1) * (i / 8) * Math.PI / 16));
        return cosines;
    }

    static void Scale(Span<float> plane, float factor)
    {
        foreach (ref var x in plane)
            x *= factor;
    }

    static float Byte(float x) => MathF.Round(Math.Clamp(x, 0, 255));
}
