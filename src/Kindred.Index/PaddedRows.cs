using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Kindred.Index;

/// <summary>A buffer for a run of vectors as <see cref="Tile"/> wants them: aligned, each filled up with zeros to whole registers, their number to whole tiles.</summary>
sealed unsafe class PaddedRows : IDisposable
{
    readonly int capacity, dimension;
    float[] narrow = [];

    internal PaddedRows(int capacity, int dimension)
    {
        (this.capacity, this.dimension, Stride) = ((capacity + 11) / 12 * 12, dimension, Tile.Stride(dimension));
        var bytes = (nuint)this.capacity * (nuint)Stride * sizeof(float);
        Start = (float*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(Start, bytes);
    }

    internal float* Start { get; private set; }

    internal int Stride { get; }

    internal int Count { get; private set; }

    internal Span<float> this[int index] => new(Start + ((long)index * Stride), Stride);

    /// <summary>Reads a run of vectors; places behind it up to the end of the last tile are zero.</summary>
    internal void Fill(Vectors vectors, int first, int count)
    {
        if (Stride == dimension)
        {
            ReadRuns(vectors, first, count);
        }
        else
        {
            const int run = 256;
            if (narrow.Length == 0) narrow = new float[run * dimension];
            for (var at = 0; at < count; at += run)
            {
                var rows = Math.Min(run, count - at);
                vectors.Read(first + at, narrow.AsSpan(0, rows * dimension));
                for (var i = 0; i < rows; i++) narrow.AsSpan(i * dimension, dimension).CopyTo(this[at + i]);
            }
        }
        for (var i = count; i < Math.Min(capacity, count + 11); i++) this[i].Clear();
        Count = count;
    }

    // A span is no longer than 2^31 numbers.
    void ReadRuns(Vectors vectors, int first, int count)
    {
        var run = Math.Max(1, (1 << 28) / Stride);
        for (var at = 0; at < count; at += run)
            vectors.Read(first + at, new(Start + ((long)at * Stride), Math.Min(run, count - at) * Stride));
    }

    /// <summary>The length of a vector.</summary>
    /// <exception cref="DataException">It is not finite.</exception>
    internal float Norm(int index, Vectors vectors, int first)
    {
        var norm = TensorPrimitives.Norm<float>(this[index]);
        return float.IsFinite(norm) ? norm
            : throw new DataException($"{vectors.Description}: vector {first + index} holds a number that is not finite, or is too long for single precision; it has no neighbours.");
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Start);
        Start = null;
    }
}
