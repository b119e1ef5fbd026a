using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kindred.Torch;

namespace Kindred.Clustering;

/// <summary>Short loops over the rows of a matrix, in the processor's vectors.</summary>
static class Vectors
{
    /// <summary>Part of a contiguous tensor's memory; unlike a span over the whole it may lie beyond 2³¹ elements.</summary>
    public static unsafe Span<T> Span<T>(Tensor tensor, long start, int count) where T : unmanaged => new((T*)tensor.Data + start, count);

    public static T Dot<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ReadOnlySpan<Vector<T>> x = MemoryMarshal.Cast<T, Vector<T>>(a), y = MemoryMarshal.Cast<T, Vector<T>>(b);
        var sum = Vector<T>.Zero;
        for (int i = 0; i < x.Length; i++)
            sum += x[i] * y[i];
        var total = Vector.Sum(sum);
        for (int i = x.Length * Vector<T>.Count; i < a.Length; i++)
            total += a[i] * b[i];
        return total;
    }

    public static double SquaredDistance<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ReadOnlySpan<Vector<T>> x = MemoryMarshal.Cast<T, Vector<T>>(a), y = MemoryMarshal.Cast<T, Vector<T>>(b);
        var sum = Vector<T>.Zero;
        for (int i = 0; i < x.Length; i++)
        {
            var difference = x[i] - y[i];
            sum += difference * difference;
        }
        var total = double.CreateTruncating(Vector.Sum(sum));
        for (int i = x.Length * Vector<T>.Count; i < a.Length; i++)
            total += double.CreateTruncating((a[i] - b[i]) * (a[i] - b[i]));
        return total;
    }

    public static void Accumulate<T>(Span<double> sums, ReadOnlySpan<T> row) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int j = 0; j < row.Length; j++)
            sums[j] += double.CreateTruncating(row[j]);
    }

    /// <summary>The smallest of bias − product with its index (the first among equals), and the second smallest (∞ when there is but one).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (int Index, T First, T Second) TwoSmallest<T>(ReadOnlySpan<T> bias, ReadOnlySpan<T> product) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ReadOnlySpan<Vector<T>> b = MemoryMarshal.Cast<T, Vector<T>>(bias), p = MemoryMarshal.Cast<T, Vector<T>>(product);
        Vector<T> first = new(T.PositiveInfinity), second = first, place = Vector<T>.Zero, at = Vector<T>.Indices, step = new(T.CreateTruncating(Vector<T>.Count));
        for (int i = 0; i < b.Length; i++, at += step)
        {
            var value = b[i] - p[i];
            second = Vector.Min(second, Vector.Max(first, value));
            place = Vector.ConditionalSelect(Vector.LessThan(value, first), at, place);
            first = Vector.Min(first, value);
        }
        var (index, smallest, next) = (0, T.PositiveInfinity, T.PositiveInfinity);
        for (int lane = 0; lane < Vector<T>.Count; lane++)
        {
            var position = int.CreateTruncating(place[lane]);
            if (first[lane] < smallest || (first[lane] == smallest && position < index))
                (index, smallest, next) = (position, first[lane], smallest);
            else if (first[lane] < next)
                next = first[lane];
            next = T.Min(next, second[lane]);
        }
        for (int i = b.Length * Vector<T>.Count; i < bias.Length; i++)
        {
            var value = bias[i] - product[i];
            if (value < smallest)
                (index, smallest, next) = (i, value, smallest);
            else if (value < next)
                next = value;
        }
        return (index, smallest, next);
    }
}
