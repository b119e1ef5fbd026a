using System.Numerics;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>A random mountain range by the diamond-square algorithm: clouds for fog, ridges for frost.</summary>
/// <remarks>Fournier, Fussell, Carpenter, "Computer Rendering of Stochastic Models", CACM 25(6), 1982; on a torus.</remarks>
static class Fractal
{
    /// <summary>Makes a square map in 0…1.</summary>
    /// <param name="least">The side is the next power of two from here.</param>
    /// <param name="decay">How much less each finer step moves the heights.</param>
    /// <param name="draws">The stream.</param>
    public static (float[] Heights, int Side) Make(int least, double decay, ref Draws draws)
    {
        var side = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, least));
        var heights = new float[side * side];
        var wibble = 1.0;
        for (var step = side; step >= 2; step /= 2, wibble /= decay)
        {
            var half = step / 2;
            for (var y = 0; y < side; y += step)
            {
                for (var x = 0; x < side; x += step)
                    heights[((y + half) * side) + x + half] = Mean(heights, side, x, y, x + step, y, x, y + step, x + step, y + step) + Wibble(wibble, ref draws);
            }
            for (var y = 0; y < side; y += half)
            {
                for (var x = y / half % 2 == 0 ? half : 0; x < side; x += step)
                    heights[(y * side) + x] = Mean(heights, side, x - half, y, x + half, y, x, y - half, x, y + half) + Wibble(wibble, ref draws);
            }
        }
        Stretch(heights);
        return (heights, side);
    }

    static float Wibble(double size, ref Draws draws) => (float)draws.Uniform(-size, size);

    static float Mean(float[] heights, int side, int x0, int y0, int x1, int y1, int x2, int y2, int x3, int y3) =>
        (At(heights, side, x0, y0) + At(heights, side, x1, y1) + At(heights, side, x2, y2) + At(heights, side, x3, y3)) / 4;

    static float At(float[] heights, int side, int x, int y) => heights[((y & (side - 1)) * side) + (x & (side - 1))];

    static void Stretch(float[] heights)
    {
        float low = heights.Min(), high = heights.Max();
        for (var i = 0; i < heights.Length; i++)
            heights[i] = (heights[i] - low) / Math.Max(high - low, 1e-12f);
    }
}
