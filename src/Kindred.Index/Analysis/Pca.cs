using System.Numerics.Tensors;

namespace Kindred.Index.Analysis;

/// <summary>The directions in which vectors differ most, and vectors seen along them.</summary>
/// <remarks>Subspace iteration over the vectors themselves (Halko, Martinsson and Tropp, arXiv:0909.4061): passes over the file, no matrix of D × D, and the
/// same numbers on any number of threads.</remarks>
public sealed class Pca
{
    const int Spare = 4, MostPasses = 60, Block = 1024;
    const double Settled = 1e-9;

    readonly float[] mean;
    readonly float[][] directions;

    Pca(float[] mean, float[][] directions, double[] shares) => (this.mean, this.directions, Shares) = (mean, directions, shares);

    /// <summary>How much of the variance each direction has, 0 to 1, most first.</summary>
    public IReadOnlyList<double> Shares { get; }

    /// <summary>Finds the directions.</summary>
    /// <param name="vectors">At least two.</param>
    /// <param name="components">How many directions; at most as many as there are numbers in a vector.</param>
    /// <param name="threads">Threads; 0 for one a processor.</param>
    /// <param name="cancel">Stops between passes.</param>
    /// <exception cref="DataException">There are fewer than two vectors, or all are equal.</exception>
    public static Pca Fit(Vectors vectors, int components = 2, int threads = 0, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        if (components < 1 || components > vectors.Dimension)
            throw new ConfigurationException($"{components} directions of vectors of {vectors.Dimension} numbers; expected are 1 to {vectors.Dimension}.");
        if (vectors.Count < 2)
            throw new DataException($"{vectors.Description}: {vectors.Count} vectors have no directions in which they differ; at least two are needed.");
        var parallel = new SearchOptions { Threads = threads, Cancel = cancel }.Parallel;
        var (mean, total) = Moments(vectors);
        if (total <= 0) throw new DataException($"{vectors.Description}: all vectors are equal; there is nothing to show.");
        var random = new Random(1);
        var basis = Orthonormal([.. Enumerable.Range(0, Math.Min(components + Spare, vectors.Dimension)).Select(_ =>
            Enumerable.Range(0, vectors.Dimension).Select(_ => random.NextDouble() - 0.5).ToArray())]);
        var sizes = new double[basis.Length];
        for (var pass = 0; pass < MostPasses; pass++)
        {
            cancel.ThrowIfCancellationRequested();
            var before = sizes[..components];
            (basis, sizes) = Step(vectors, mean, basis, parallel);
            if (Enumerable.Range(0, components).All(c => Math.Abs(sizes[c] - before[c]) <= Settled * sizes[0])) break;
        }
        return new(mean, [.. basis.Take(components).Select(Signed)], [.. sizes.Take(components).Select(s => s / total)]);
    }

    static (float[] Mean, double Total) Moments(Vectors vectors)
    {
        var sum = new double[vectors.Dimension];
        var square = 0.0;
        foreach (var (_, rows) in Blocks(vectors, 0, vectors.Count))
        {
            for (var i = 0; i < rows.Length; i++) sum[i % vectors.Dimension] += rows[i];
        }
        var mean = Array.ConvertAll(sum, s => (float)(s / vectors.Count));
        var apart = new float[vectors.Dimension];
        foreach (var (_, rows) in Blocks(vectors, 0, vectors.Count))
        {
            for (var at = 0; at < rows.Length; at += apart.Length)
            {
                TensorPrimitives.Subtract(rows.AsSpan(at, apart.Length), mean, apart);
                square += TensorPrimitives.SumOfSquares<float>(apart);
            }
        }
        return double.IsFinite(square) ? (mean, square) : throw new DataException($"{vectors.Description} holds numbers that are not finite.");
    }

    // The images of the basis under the scatter matrix, turned to its axes: the sums of squares along them come out as well.
    static (double[][] Basis, double[] Sizes) Step(Vectors vectors, float[] mean, double[][] basis, ParallelOptions parallel)
    {
        const int parts = 16;                                       // whatever the threads, so that sums do not depend on them
        var (size, single) = (basis.Length, Array.ConvertAll(basis, b => Array.ConvertAll(b, v => (float)v)));
        var images = new double[parts][][];
        var inner = new double[parts][];
        Shared.Out(parts, parallel, part =>
        {
            var sums = images[part] = [.. Enumerable.Range(0, size).Select(_ => new double[mean.Length])];
            var products = inner[part] = new double[size * size];
            var (block, along, apart) = (Array.ConvertAll(basis, _ => new float[mean.Length]), new float[size], new float[mean.Length]);
            int from = (int)((long)vectors.Count * part / parts), to = (int)((long)vectors.Count * (part + 1) / parts);
            foreach (var (_, rows) in Blocks(vectors, from, to))
            {
                for (var at = 0; at < rows.Length; at += mean.Length)
                {
                    TensorPrimitives.Subtract(rows.AsSpan(at, mean.Length), mean, apart);
                    for (var b = 0; b < size; b++)
                    {
                        along[b] = TensorPrimitives.Dot<float>(apart, single[b]);
                        TensorPrimitives.MultiplyAdd(apart, along[b], block[b], block[b]);
                    }
                    for (var a = 0; a < size; a++)
                        for (var b = 0; b < size; b++) products[(a * size) + b] += (double)along[a] * along[b];
                }
                for (var b = 0; b < size; b++)
                {
                    for (var i = 0; i < mean.Length; i++) sums[b][i] += block[b][i];
                    Array.Clear(block[b]);
                }
            }
        });
        var (axes, sizes) = Jacobi([.. Enumerable.Range(0, size * size).Select(i => inner.Sum(p => p[i]))], size);
        // The image of the basis, combined along the axes.
        double[][] turned = [.. Enumerable.Range(0, size).Select(axis => Enumerable.Range(0, mean.Length)
            .Select(i => Enumerable.Range(0, size).Sum(b => axes[axis][b] * images.Sum(p => p[b][i]))).ToArray())];
        return (Orthonormal(turned), sizes);
    }

    static IEnumerable<(int First, float[] Rows)> Blocks(Vectors vectors, int from, int to)
    {
        for (var at = from; at < to; at += Block)
        {
            var rows = new float[Math.Min(Block, to - at) * vectors.Dimension];
            vectors.Read(at, rows);
            yield return (at, rows);
        }
    }

    static double[][] Orthonormal(double[][] basis)
    {
        foreach (var round in new[] { 0, 1 })
        {
            for (var i = 0; i < basis.Length; i++)
            {
                for (var j = 0; j < i; j++) TensorPrimitives.MultiplyAdd(basis[j], -TensorPrimitives.Dot<double>(basis[j], basis[i]), basis[i], basis[i]);
                var norm = TensorPrimitives.Norm<double>(basis[i]);
                // Fewer directions than were asked for: the rest are along nothing.
                if (norm > 1e-200) TensorPrimitives.Divide(basis[i], norm, basis[i]);
            }
        }
        return basis;
    }

    // Eigenvectors of a small symmetric matrix, largest eigenvalue first.
    static (double[][] Axes, double[] Sizes) Jacobi(double[] matrix, int n)
    {
        double[][] axes = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Select(j => i == j ? 1.0 : 0).ToArray())];
        for (var sweep = 0; sweep < 50; sweep++)
        {
            for (var p = 0; p < n - 1; p++)
            {
                for (var q = p + 1; q < n; q++)
                {
                    if (Math.Abs(matrix[(p * n) + q]) < 1e-300) continue;
                    var theta = (matrix[(q * n) + q] - matrix[(p * n) + p]) / (2 * matrix[(p * n) + q]);
                    var t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
                    var c = 1 / Math.Sqrt((t * t) + 1);
                    var s = t * c;
                    for (var i = 0; i < n; i++) Turn(ref matrix[(i * n) + p], ref matrix[(i * n) + q], c, s);
                    for (var i = 0; i < n; i++) Turn(ref matrix[(p * n) + i], ref matrix[(q * n) + i], c, s);
                    for (var i = 0; i < n; i++) Turn(ref axes[p][i], ref axes[q][i], c, s);
                }
            }
        }
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => matrix[(i * n) + i])];
        return ([.. order.Select(i => axes[i])], [.. order.Select(i => matrix[(i * n) + i])]);
    }

    static void Turn(ref double a, ref double b, double c, double s) => (a, b) = ((c * a) - (s * b), (s * a) + (c * b));

    // A direction and its opposite are the same: the largest number is positive.
    static float[] Signed(double[] direction) => Array.ConvertAll(direction, v => (float)(v * Math.Sign(direction.MaxBy(Math.Abs))));

    /// <summary>The vectors along the directions.</summary>
    /// <returns>A row a vector, one after another.</returns>
    public float[] Transform(Vectors vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        vectors.RequireDimension(mean.Length, "the fitted map");
        var seen = new float[(long)vectors.Count * directions.Length];
        var apart = new float[mean.Length];
        foreach (var (first, rows) in Blocks(vectors, 0, vectors.Count))
        {
            for (var i = 0; i < rows.Length / mean.Length; i++)
            {
                TensorPrimitives.Subtract(rows.AsSpan(i * mean.Length, mean.Length), mean, apart);
                for (var d = 0; d < directions.Length; d++) seen[((first + i) * directions.Length) + d] = TensorPrimitives.Dot<float>(apart, directions[d]);
            }
        }
        return seen;
    }
}
