using System.Numerics;
using System.Runtime.CompilerServices;
using Kindred.Torch;

namespace Kindred.Numerics;

/// <summary>What a tile of scores goes through between its matrix products, in one pass over its memory where operators would need three.</summary>
/// <remarks>
/// Float32 tiles on the processor only; others are served by operators. Scores are within ±87, so exp needs no guard: x = n ln 2 + r with |r| ≤ ½ ln 2,
/// a polynomial of degree 7 in r (Cephes, expf: relative error 1e-7) and n added to the exponent's bits. Bands of rows run side by side, and their column sums are added
/// in order: the result does not depend on the number of threads.
/// </remarks>
static unsafe class ExponentialTile
{
    /// <summary>A score whose exponential is as good as nothing beside any other, and still a normal number.</summary>
    public const double Nothing = -87;

    const int Band = 64;

    /// <summary>Whether the tile is of the kind this class serves.</summary>
    public static bool Serves(Tensor scores) => scores.Dtype == Dtype.Float32 && scores.Device.Type == Device.Cpu.Type && scores.IsContiguous();

    /// <summary>Scores become their exponentials, which are added to the sums of their rows and, where wanted, of their columns.</summary>
    /// <param name="scores">[R, C], in place.</param>
    /// <param name="rowSums">[R].</param>
    /// <param name="columnSums">[C], or null.</param>
    public static void Sum(Tensor scores, Tensor rowSums, Tensor? columnSums)
    {
        var (rows, columns) = ((int)scores.Size(0), (int)scores.Size(1));
        nint tile = scores.Data, sums = rowSums.Data;
        var partial = columnSums is null ? null : new float[Bands(rows) * columns];
        ForEachBand(rows, columns, (band, first, last) =>
        {
            fixed (float* all = partial)
                for (var i = first; i < last; i++)
                    ((float*)sums)[i] += all is null
                        ? SumRow((float*)tile + (long)i * columns, columns)
                        : SumRow((float*)tile + (long)i * columns, all + (long)band * columns, columns);
        });
        for (var band = 0; partial is not null && band < Bands(rows); band++)
            Add(partial.AsSpan(band * columns, columns), columnSums!.AsSpan<float>());
    }

    /// <summary>Scores become exp(score)·(row weight + column weight).</summary>
    /// <param name="scores">[R, C], in place.</param>
    /// <param name="rowWeight">[R].</param>
    /// <param name="columnWeight">[C], or null for zeros.</param>
    public static void Weigh(Tensor scores, Tensor rowWeight, Tensor? columnWeight)
    {
        var (rows, columns) = ((int)scores.Size(0), (int)scores.Size(1));
        nint tile = scores.Data, weight = rowWeight.Data, other = columnWeight?.Data ?? 0;
        ForEachBand(rows, columns, (_, first, last) =>
        {
            for (var i = first; i < last; i++)
                WeighRow((float*)tile + (long)i * columns, ((float*)weight)[i], (float*)other, columns);
        });
    }

    static int Bands(int rows) => (rows + Band - 1) / Band;

    static void ForEachBand(int rows, int columns, Action<int, int, int> act)
    {
        void Run(int band) => act(band, band * Band, Math.Min(rows, (band + 1) * Band));
        var threads = Engine.Threads;
        if (threads > 1 && (long)rows * columns >= 1 << 16)
            Parallel.For(0, Bands(rows), new ParallelOptions { MaxDegreeOfParallelism = threads }, Run);
        else
            for (var band = 0; band < Bands(rows); band++)
                Run(band);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float SumRow(float* row, int columns)
    {
        var sum = Vector<float>.Zero;
        var j = 0;
        for (; j <= columns - Vector<float>.Count; j += Vector<float>.Count)
        {
            var e = Exp(Vector.Load(row + j));
            e.Store(row + j);
            sum += e;
        }
        var total = Vector.Sum(sum);
        for (; j < columns; j++)
            total += row[j] = MathF.Exp(row[j]);
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float SumRow(float* row, float* columnSums, int columns)
    {
        var sum = Vector<float>.Zero;
        var j = 0;
        for (; j <= columns - Vector<float>.Count; j += Vector<float>.Count)
        {
            var e = Exp(Vector.Load(row + j));
            e.Store(row + j);
            sum += e;
            (Vector.Load(columnSums + j) + e).Store(columnSums + j);
        }
        var total = Vector.Sum(sum);
        for (; j < columns; j++)
        {
            row[j] = MathF.Exp(row[j]);
            columnSums[j] += row[j];
            total += row[j];
        }
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void WeighRow(float* row, float weight, float* columnWeight, int columns)
    {
        var own = new Vector<float>(weight);
        var j = 0;
        for (; j <= columns - Vector<float>.Count; j += Vector<float>.Count)
        {
            var both = columnWeight is null ? own : own + Vector.Load(columnWeight + j);
            (Exp(Vector.Load(row + j)) * both).Store(row + j);
        }
        for (; j < columns; j++)
            row[j] = MathF.Exp(row[j]) * (weight + (columnWeight is null ? 0 : columnWeight[j]));
    }

    static void Add(ReadOnlySpan<float> part, Span<float> sums)
    {
        for (var j = 0; j < sums.Length; j++)
            sums[j] += part[j];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<float> Exp(Vector<float> x)
    {
        // Adding 1.5·2²³ rounds to whole numbers and leaves the number in the low bits.
        var round = new Vector<float>(12582912f);
        var shifted = Vector.FusedMultiplyAdd(x, new Vector<float>(1.44269504f), round);
        var n = shifted - round;
        var r = Vector.FusedMultiplyAdd(n, new Vector<float>(-0.693359375f), x);
        r = Vector.FusedMultiplyAdd(n, new Vector<float>(2.12194440e-4f), r);
        var p = Vector.FusedMultiplyAdd(new Vector<float>(1.9875691500e-4f), r, new Vector<float>(1.3981999507e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(8.3334519073e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(4.1665795894e-2f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1.6666665459e-1f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(0.5f));
        p = Vector.FusedMultiplyAdd(p, r * r, r + Vector<float>.One);
        return Vector.AsVectorSingle(Vector.AsVectorInt32(p) + Vector.ShiftLeft(Vector.AsVectorInt32(shifted), 23));
    }
}
