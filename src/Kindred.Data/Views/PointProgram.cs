using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kindred.Data.Views;

/// <summary>Pixel-by-pixel operations, gathered and then run together on one tile after another while it lies in the first-level cache.</summary>
sealed unsafe class PointProgram
{
    /// <summary>Pixels a tile: three planes of it take 6 KiB.</summary>
    const int Tile = 512;

    const int Most = 24;

    readonly PointOperation[] operations = new PointOperation[Most];
    int count;

    public bool IsFull => count == Most;

    public void Clear() => count = 0;

    public void Add(in PointOperation operation) => operations[count++] = operation;

    /// <summary>Runs everything on the planes; the program is empty afterwards.</summary>
    public void Run(float* planes, int stride, int area, int channels)
    {
        if (count == 0)
            return;
        for (var start = 0; start < area; start += Tile)
            RunTile(planes + start, stride, Math.Min(Tile, area - start), channels);
        count = 0;
    }

    /// <summary>Runs everything and returns the mean of 0.299 r + 0.587 g + 0.114 b of the result.</summary>
    public float RunForMeanGrey(float* planes, int stride, int area, int channels)
    {
        var sum = 0.0;
        for (var start = 0; start < area; start += Tile)
        {
            var length = Math.Min(Tile, area - start);
            RunTile(planes + start, stride, length, channels);
            sum += PointKernels.SumGrey(planes + start, stride, length, channels);
        }
        count = 0;
        return (float)(sum / area);
    }

    /// <summary>Runs everything and writes the result pixel by pixel, <c>[Area, Channels]</c>.</summary>
    public void RunInto(float* planes, int stride, int area, int channels, float* destination)
    {
        for (var start = 0; start < area; start += Tile)
        {
            var length = Math.Min(Tile, area - start);
            RunTile(planes + start, stride, length, channels);
            PixelRows.Interleave(planes + start, stride, length, channels, destination + ((long)start * channels));
        }
        count = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void RunTile(float* tile, int stride, int length, int channels)
    {
        var whole = (length + Vector256<float>.Count - 1) & ~(Vector256<float>.Count - 1);
        for (var i = 0; i < count; i++)
            PointKernels.Run(operations[i], tile, stride, whole, channels);
    }
}
