using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kindred.Index;

/// <summary>What is summed up over two vectors.</summary>
interface ISummand
{
    static abstract Vector256<float> Add(Vector256<float> query, Vector256<float> row, Vector256<float> sum);
}

/// <summary>Products: the sum is the dot product.</summary>
readonly struct Products : ISummand
{
    public static Vector256<float> Add(Vector256<float> query, Vector256<float> row, Vector256<float> sum) => Vector256.FusedMultiplyAdd(query, row, sum);
}

/// <summary>Squared differences: the sum is the squared distance, without the cancellation of |q|² + |r|² − 2 q·r.</summary>
readonly struct Differences : ISummand
{
    public static Vector256<float> Add(Vector256<float> query, Vector256<float> row, Vector256<float> sum)
    {
        var difference = query - row;
        return Vector256.FusedMultiplyAdd(difference, difference, sum);
    }
}

/// <summary>Three queries against four rows at once: twelve sums stay in registers, and every number that is loaded is used three or four times.</summary>
/// <remarks>Each pair is summed in the same order wherever it stands, so that blocks and threads never show in a score.</remarks>
static unsafe class Tile
{
    internal const int Queries = 3, Rows = 4, Lanes = 8;

    /// <summary>Numbers from one vector to the next: whole registers, filled up with zeros.</summary>
    internal static int Stride(int dimension) => (dimension + Lanes - 1) / Lanes * Lanes;

    /// <param name="q">Three queries, <paramref name="stride"/> apart.</param>
    /// <param name="r">Four rows, <paramref name="stride"/> apart.</param>
    /// <param name="stride">A multiple of eight.</param>
    /// <param name="into">Twelve sums: those of the first query, of the second, of the third.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Sums<T>(float* q, float* r, int stride, float* into) where T : ISummand
    {
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
        Vector256<float> b0 = default, b1 = default, b2 = default, b3 = default;
        Vector256<float> c0 = default, c1 = default, c2 = default, c3 = default;
        float* q1 = q + stride, q2 = q1 + stride, r1 = r + stride, r2 = r1 + stride, r3 = r2 + stride;
        for (var i = 0; i < stride; i += Lanes)
        {
            var (x, y, z) = (Vector256.Load(q + i), Vector256.Load(q1 + i), Vector256.Load(q2 + i));
            var row = Vector256.Load(r + i);
            (a0, b0, c0) = (T.Add(x, row, a0), T.Add(y, row, b0), T.Add(z, row, c0));
            row = Vector256.Load(r1 + i);
            (a1, b1, c1) = (T.Add(x, row, a1), T.Add(y, row, b1), T.Add(z, row, c1));
            row = Vector256.Load(r2 + i);
            (a2, b2, c2) = (T.Add(x, row, a2), T.Add(y, row, b2), T.Add(z, row, c2));
            row = Vector256.Load(r3 + i);
            (a3, b3, c3) = (T.Add(x, row, a3), T.Add(y, row, b3), T.Add(z, row, c3));
        }
        (into[0], into[1], into[2], into[3]) = (Vector256.Sum(a0), Vector256.Sum(a1), Vector256.Sum(a2), Vector256.Sum(a3));
        (into[4], into[5], into[6], into[7]) = (Vector256.Sum(b0), Vector256.Sum(b1), Vector256.Sum(b2), Vector256.Sum(b3));
        (into[8], into[9], into[10], into[11]) = (Vector256.Sum(c0), Vector256.Sum(c1), Vector256.Sum(c2), Vector256.Sum(c3));
    }

    /// <summary>One pair, summed as in <see cref="Sums"/>.</summary>
    internal static float Sum<T>(ReadOnlySpan<float> query, ReadOnlySpan<float> row) where T : ISummand
    {
        Vector256<float> sum = default;
        var i = 0;
        for (; i + Lanes <= query.Length; i += Lanes)
            sum = T.Add(Vector256.Create(query[i..]), Vector256.Create(row[i..]), sum);
        if (i < query.Length)
        {
            Span<float> x = stackalloc float[Lanes], y = stackalloc float[Lanes];
            x.Clear();
            y.Clear();
            query[i..].CopyTo(x);
            row[i..].CopyTo(y);
            sum = T.Add(Vector256.Create<float>(x), Vector256.Create<float>(y), sum);
        }
        return Vector256.Sum(sum);
    }
}
