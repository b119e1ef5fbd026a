using Kindred.Data.Pictures;
using Kindred.Randomness;

namespace Kindred.Bench;

/// <summary>A made-up photograph: octaves of smooth noise and fine grain, so that it compresses and filters about like a real one.</summary>
static class SyntheticPhoto
{
    /// <summary>Makes a picture.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="key">Which picture.</param>
    public static Picture Make(int width, int height, in RandomKey key)
    {
        var values = new float[checked(height * width * 3)];
        Array.Fill(values, 128);
        var stream = 0;
        var strength = 70.0;
        for (var step = 128; step >= 1; step /= 2, strength *= 0.74)
            AddOctave(values, width, height, step, (float)strength, key.Draws(stream++));
        var picture = new Picture(width, height, 3);
        for (var i = 0; i < values.Length; i++)
            picture.Pixels[i] = (byte)Math.Clamp(values[i], 0, 255);
        return picture;
    }

    static void AddOctave(float[] values, int width, int height, int step, float strength, Draws draws)
    {
        int columns = (width / step) + 2, rows = (height / step) + 2;
        var knots = new float[rows * columns * 3];
        foreach (ref var knot in knots.AsSpan())
            knot = (float)draws.Normal() * strength;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (u, v) = ((float)x / step, (float)y / step);
                var at = (((int)v * columns) + (int)u) * 3;
                var (fx, fy) = (Ease(u - (int)u), Ease(v - (int)v));
                float r = Mix(0), g = Mix(1), b = Mix(2);
                var grey = 0.8f * (r + g + b) / 3;
                var to = values.AsSpan(((y * width) + x) * 3, 3);
                to[0] += grey + (0.2f * r);
                to[1] += grey + (0.2f * g);
                to[2] += grey + (0.2f * b);

                float Mix(int c)
                {
                    var upper = knots[at + c] + ((knots[at + 3 + c] - knots[at + c]) * fx);
                    var below = at + (columns * 3) + c;
                    return upper + ((knots[below] + ((knots[below + 3] - knots[below]) * fx) - upper) * fy);
                }
            }
        }
    }

    static float Ease(float t) => t * t * (3 - (2 * t));
}
