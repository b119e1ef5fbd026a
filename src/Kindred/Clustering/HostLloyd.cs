using System.Numerics;
using Kindred.Torch;

namespace Kindred.Clustering;

/// <summary>The half-steps on the processor: one matrix product per block of rows, the two nearest centroids read off in the same pass.</summary>
/// <remarks>
/// Hamerly, "Making k-means even faster", SDM 2010: with u ≥ distance to the own centroid and l ≤ distance to every other one, a row with u &lt; max(l, half
/// the distance from its centroid to the nearest other) cannot change. Bounds are widened by the rounding of the products, so rows near a tie are always looked at.
/// </remarks>
sealed class HostLloyd<T> : Lloyd where T : unmanaged, IFloatingPointIeee754<T>
{
    readonly Tensor rows, gathered, scores;
    readonly long n, d, block;
    readonly int[] nearest;
    readonly double[] squares, upper, lower;
    readonly double rounding;
    T[] current = [];
    T[]? previous;

    public HostLloyd(Tensor rows, long clusters)
    {
        this.rows = rows;
        (n, d) = (rows.Size(0), rows.Size(1));
        block = Math.Clamp((1 << 19) / clusters, 64, 8192);        // about 2 MB of float32 scores: they stay in the cache
        gathered = Tensor.Empty([block, d], rows.Dtype);
        scores = Tensor.Empty([block, clusters], rows.Dtype);
        nearest = new int[n];
        (squares, upper, lower) = (new double[n], new double[n], new double[n]);
        rounding = (typeof(T) == typeof(float) ? 1.2e-7 : 2.3e-16) * Math.Max(8, d / 8);
        for (long i = 0; i < n; i++)
            squares[i] = double.CreateTruncating(Vectors.Dot(Row(i), Row(i)));
    }

    ReadOnlySpan<T> Row(long i) => Vectors.Span<T>(rows, i * d, (int)d);

    public override void Assign(Tensor centroids)
    {
        using var scope = Scope.Open();
        var c = centroids.AsSpan<T>().ToArray();
        current = c;
        var (norms, half) = Norms(c);
        using var pending = Pending(c, norms).GetEnumerator();
        var transposed = centroids.T();
        var batch = new long[block];
        for (; ; )
        {
            int count = 0;
            while (count < block && pending.MoveNext())
                batch[count++] = pending.Current;
            if (count == 0)
                break;
            using var inner = Scope.Open();
            var products = scores.Narrow(0, 0, count);
            products.Addmm_(Collect(batch.AsSpan(0, count)), transposed, beta: 0, alpha: 1);
            for (int b = 0; b < count; b++)
                Place(batch[b], Vectors.Span<T>(products, b * half.Length, half.Length), half, norms);
        }
        previous = c;
    }

    // Consecutive rows are used where they lie, others are brought together.
    Tensor Collect(ReadOnlySpan<long> batch)
    {
        if (batch[^1] - batch[0] == batch.Length - 1)
            return rows.Narrow(0, batch[0], batch.Length);
        for (int b = 0; b < batch.Length; b++)
            Row(batch[b]).CopyTo(Vectors.Span<T>(gathered, b * d, (int)d));
        return gathered.Narrow(0, 0, batch.Length);
    }

    void Place(long i, ReadOnlySpan<T> products, T[] half, double[] norms)
    {
        var (index, first, second) = Vectors.TwoSmallest(half, products);
        nearest[i] = index;
        var slack = rounding * (squares[i] + norms[index]);
        if (double.CreateTruncating(second - first) <= slack)
        {
            Settle(i, norms.Length);
            return;
        }
        upper[i] = Math.Sqrt(Math.Max(0, squares[i] + 2 * double.CreateTruncating(first)) + slack);
        lower[i] = Math.Sqrt(Math.Max(0, squares[i] + 2 * double.CreateTruncating(second) - slack));
    }

    // Where rounding of the products hides which centroid is nearest, differences tell.
    void Settle(long i, int clusters)
    {
        var (index, first, second) = (0, double.PositiveInfinity, double.PositiveInfinity);
        for (int k = 0; k < clusters; k++)
        {
            var square = Vectors.SquaredDistance(Row(i), current.AsSpan(k * (int)d, (int)d));
            if (square < first)
                (index, first, second) = (k, square, first);
            else
                second = Math.Min(second, square);
        }
        nearest[i] = index;
        upper[i] = Math.Sqrt(first) * (1 + rounding);
        lower[i] = Math.Sqrt(second) * (1 - rounding);
    }

    // The rows whose nearest centroid may have changed since the last assignment; all of them the first time.
    IEnumerable<long> Pending(T[] c, double[] norms)
    {
        if (previous is null)
        {
            for (long i = 0; i < n; i++)
                yield return i;
            yield break;
        }
        var drift = Drift(c, previous);
        var (largest, runnerUp, at) = (0.0, 0.0, -1);
        for (int k = 0; k < drift.Length; k++)
            if (drift[k] > largest)
                (runnerUp, largest, at) = (largest, drift[k], k);
            else
                runnerUp = Math.Max(runnerUp, drift[k]);
        var gap = HalfGap(c, norms);
        for (long i = 0; i < n; i++)
        {
            var own = nearest[i];
            upper[i] += drift[own];
            lower[i] -= own == at ? runnerUp : largest;
            var safe = Math.Max(lower[i], gap[own]);
            if (upper[i] < safe)
                continue;
            upper[i] = Math.Sqrt(Vectors.SquaredDistance(Row(i), c.AsSpan(own * (int)d, (int)d)) + rounding * (squares[i] + norms[own]));
            if (upper[i] >= safe)
                yield return i;
        }
    }

    double[] Drift(T[] now, T[] before)
    {
        var drift = new double[now.Length / d];
        for (int k = 0; k < drift.Length; k++)
            drift[k] = Math.Sqrt(Vectors.SquaredDistance(now.AsSpan(k * (int)d, (int)d), before.AsSpan(k * (int)d, (int)d))) * (1 + rounding);
        return drift;
    }

    // Half the distance from each centroid to the nearest other one.
    double[] HalfGap(T[] c, double[] norms)
    {
        using var scope = Scope.Open();
        var centroids = Tensor.From<T>(c, [norms.Length, d]);
        var gap = new double[norms.Length];
        var half = Norms(c).Half;
        for (long first = 0; first < norms.Length; first += block)
        {
            using var inner = Scope.Open();
            var count = Math.Min(block, norms.Length - first);
            var products = centroids.Narrow(0, first, count).Matmul(centroids.T());
            for (long k = 0; k < count; k++)
            {
                var row = Vectors.Span<T>(products, k * norms.Length, norms.Length);
                row[(int)(first + k)] = T.NegativeInfinity;                       // not itself
                var value = double.CreateTruncating(Vectors.TwoSmallest(half, row).First);
                gap[first + k] = Math.Sqrt(Math.Max(0, norms[first + k] + 2 * value - 2 * rounding * norms[first + k])) / 2;
            }
        }
        return gap;
    }

    (double[] Norms, T[] Half) Norms(T[] c)
    {
        var norms = new double[c.Length / d];
        for (int k = 0; k < norms.Length; k++)
            norms[k] = double.CreateTruncating(Vectors.Dot(c.AsSpan(k * (int)d, (int)d), c.AsSpan(k * (int)d, (int)d)));
        return (norms, Array.ConvertAll(norms, norm => T.CreateTruncating(norm / 2)));
    }

    public override Tensor Means(Tensor centroids)
    {
        var sums = new double[centroids.Numel];
        var counts = new long[centroids.Size(0)];
        for (long i = 0; i < n; i++)
        {
            counts[nearest[i]]++;
            Vectors.Accumulate(sums.AsSpan(nearest[i] * (int)d, (int)d), Row(i));
        }
        var means = centroids.AsSpan<T>().ToArray();
        for (int k = 0; k < counts.Length; k++)
            for (int j = 0; counts[k] > 0 && j < d; j++)
                means[k * d + j] = T.CreateTruncating(sums[k * d + j] / counts[k]);
        return Tensor.From<T>(means, centroids.Shape);
    }

    public override Tensor Assignment() => Tensor.From<long>(Array.ConvertAll(nearest, k => (long)k), [n]);

    public override double Inertia(Tensor centroids)
    {
        var c = centroids.AsSpan<T>();
        double sum = 0;
        for (long i = 0; i < n; i++)
            sum += Vectors.SquaredDistance(Row(i), c.Slice(nearest[i] * (int)d, (int)d));
        return sum;
    }
}
