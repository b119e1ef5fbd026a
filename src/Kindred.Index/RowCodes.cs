using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Kindred.Io;

namespace Kindred.Index;

/// <summary>Vectors with a byte a number, by which a walk through the graph finds its way: a quarter of the memory that it waits for. What it found is compared by the vectors themselves.</summary>
/// <remarks>A row is its numbers between −127 and 127, what they are to be multiplied by, and the square of its length.</remarks>
sealed class RowCodes
{
    const int Levels = 127, Tail = 2 * sizeof(float);

    readonly MappedFile map;
    readonly long offset;
    readonly int dimension;

    /// <summary>Those of a file.</summary>
    /// <exception cref="DataException">They are not those of so many vectors.</exception>
    internal RowCodes(MappedFile map, ArrayEntry entry, int count, int dimension)
    {
        if (entry.Type != ElementType.UInt8 || !entry.Shape.AsSpan().SequenceEqual([count, Stride(dimension)]))
            throw new DataException($"{map.Path} is damaged: it has codes of [{string.Join(", ", entry.Shape)}] for {count} vectors of {dimension}. Build the index again.");
        (this.map, offset, this.dimension) = (map, entry.Offset, dimension);
    }

    /// <summary>Bytes of a row.</summary>
    internal static int Stride(int dimension) => ((dimension + 3) & ~3) + Tail;

    /// <summary>Writes those of some vectors.</summary>
    internal static void Write(Stream to, Vectors rows)
    {
        const int run = 4096;
        var (dimension, stride) = (rows.Dimension, Stride(rows.Dimension));
        var values = new float[Math.Min(run, rows.Count) * dimension];
        var bytes = new byte[Math.Min(run, rows.Count) * stride];
        for (var at = 0; at < rows.Count; at += run)
        {
            var some = Math.Min(run, rows.Count - at);
            rows.Read(at, values.AsSpan(0, some * dimension));
            for (var i = 0; i < some; i++) Code(values.AsSpan(i * dimension, dimension), bytes.AsSpan(i * stride, stride));
            to.Write(bytes, 0, some * stride);
        }
    }

    static void Code(ReadOnlySpan<float> vector, Span<byte> row)
    {
        var scale = Math.Abs(TensorPrimitives.MaxMagnitude(vector)) / Levels;
        row.Clear();
        long square = 0;
        for (var d = 0; scale > 0 && d < vector.Length; d++)
        {
            var level = (int)MathF.Round(vector[d] / scale);
            row[d] = (byte)(sbyte)level;
            square += level * level;
        }
        MemoryMarshal.Write(row[^Tail..], scale);
        MemoryMarshal.Write(row[^(Tail / 2)..], (float)(square * (double)scale * scale));
    }

    /// <summary>A row's bytes.</summary>
    internal ReadOnlySpan<byte> this[int node] => map.Slice<byte>(offset + ((long)node * Stride(dimension)), Stride(dimension));

    /// <summary>A query as whole numbers, finer than the rows, and so few that no sum of products is too large.</summary>
    internal (short[] Values, float Scale, float Square) Query(ReadOnlySpan<float> query)
    {
        var finest = Math.Min(2047, int.MaxValue / (Levels * dimension));
        var scale = Math.Abs(TensorPrimitives.MaxMagnitude(query)) / finest;
        var values = new short[dimension];
        for (var d = 0; scale > 0 && d < dimension; d++) values[d] = (short)MathF.Round(query[d] / scale);
        return (values, scale, TensorPrimitives.SumOfSquares(query));
    }

    /// <summary>How near a row is, nearly.</summary>
    internal float Score(Metric metric, (short[] Values, float Scale, float Square) query, int node)
    {
        var row = this[node];
        var dot = Dot(query.Values, MemoryMarshal.Cast<byte, sbyte>(row[..dimension])) * query.Scale * MemoryMarshal.Read<float>(row[^Tail..]);
        return metric == Metric.Euclidean ? -MathF.Sqrt(Math.Max(0, query.Square + MemoryMarshal.Read<float>(row[^(Tail / 2)..]) - (2 * dot))) : dot;
    }

    static int Dot(ReadOnlySpan<short> a, ReadOnlySpan<sbyte> b)
    {
        var (at, sum) = (0, 0);
        if (Avx2.IsSupported)
        {
            var sums = Vector256<int>.Zero;
            for (; at <= b.Length - Vector128<sbyte>.Count; at += Vector128<sbyte>.Count)
                sums += Avx2.MultiplyAddAdjacent(Vector256.Create(a[at..]), Avx2.ConvertToVector256Int16(Vector128.Create(b[at..])));
            sum = Vector256.Sum(sums);
        }
        else
        {
            var sums = Vector128<int>.Zero;
            for (; at <= b.Length - Vector64<sbyte>.Count; at += Vector64<sbyte>.Count)
            {
                var (low, high) = Vector128.Widen(Vector128.Create(a[at..]));
                var wide = Vector128.WidenLower(Vector128.Create(Vector64.Create(b[at..]), Vector64<sbyte>.Zero));
                var (left, right) = Vector128.Widen(wide);
                sums += (low * left) + (high * right);
            }
            sum = Vector128.Sum(sums);
        }
        for (; at < b.Length; at++) sum += a[at] * b[at];
        return sum;
    }
}
