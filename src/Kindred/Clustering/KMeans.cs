using Kindred.Io;
using Kindred.Torch;

namespace Kindred.Clustering;

/// <summary>k-means: K centroids, each the mean of the rows nearest to it.</summary>
/// <remarks>
/// Lloyd, 1957/1982; seeding by Arthur and Vassilvitskii, "k-means++", SODA 2007, on a sample of the rows. Assignment goes by blocks of rows, and on the
/// processor Hamerly's bounds (SDM 2010) skip rows that cannot have changed: the result is Lloyd's, memory beyond the rows is
/// O(block · K + K² + N), so 10⁶ × 128 rows need little more than themselves. Deterministic for a seed.
/// Neither a common offset of the rows nor centroids that rounding cannot tell apart change it: the offset is taken out, near ties are settled by differences.
/// A cluster that loses its last row keeps its centroid; fewer distinct rows than clusters leave some clusters empty.
/// </remarks>
/// <param name="Centroids">`[K, D]`, of unit length when spherical, in the dtype of the rows.</param>
/// <param name="Assignment">Nearest centroid of each row, int64 `[N]`; the first among equals.</param>
/// <param name="Inertia">Sum of squared distances to the nearest centroid.</param>
/// <param name="Sizes">Rows of each cluster, `[K]`.</param>
/// <param name="Iterations">Updates of the centroids made, fewer than asked for when nothing moved any more.</param>
public sealed record KMeans(Tensor Centroids, Tensor Assignment, double Inertia, long[] Sizes, int Iterations)
{
    /// <summary>Seeds K centroids by k-means++ and refines them; the best of several restarts.</summary>
    /// <param name="features">Float32 or float64, `[N, D]`, finite, N ≥ 1.</param>
    /// <param name="clusters">K, 1 … N.</param>
    /// <param name="iterations">Most updates of the centroids (20 in PCL).</param>
    /// <param name="spherical">Brings centroids to unit length after each update, for unit rows.</param>
    /// <param name="restarts">Seedings tried; the lowest inertia wins.</param>
    /// <param name="seed">Equal seeds give equal results.</param>
    /// <exception cref="ConfigurationException">More clusters than rows, or none.</exception>
    /// <exception cref="NumericException">Rows that are not finite.</exception>
    public static KMeans Fit(Tensor features, int clusters, int iterations = 20, bool spherical = false, int restarts = 1, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (clusters < 1 || clusters > features.Size(0))
            throw new ConfigurationException($"k-means was asked for {clusters} clusters of {features.Size(0)} rows: choose between 1 and the number of rows.");
        using var outer = Scope.Open();
        using var quiet = NoGradient.Begin();
        var (rows, offset) = Centred(features, spherical);
        KMeans? best = null;
        for (int restart = 0; restart < Math.Max(1, restarts); restart++)
        {
            using var scope = Scope.Open();
            var found = Iterate(rows, Seeding.PlusPlus(rows, clusters, seed + restart), iterations, spherical);
            if (best is not null && best.Inertia <= found.Inertia)
                continue;
            best?.Centroids.Dispose();
            best?.Assignment.Dispose();
            best = found with { Centroids = scope.Return(found.Centroids), Assignment = scope.Return(found.Assignment) };
        }
        return best! with { Centroids = outer.Return(offset is null ? best.Centroids : best.Centroids + offset), Assignment = outer.Return(best.Assignment) };
    }

    /// <summary>Lloyd's iterations from given centroids; rows are finally assigned to the final centroids.</summary>
    /// <param name="features">Float32 or float64, `[N, D]`, finite.</param>
    /// <param name="initial">`[K, D]`.</param>
    /// <param name="iterations">Most updates of the centroids; 0 only assigns.</param>
    /// <param name="spherical">Brings centroids to unit length after each update.</param>
    /// <exception cref="NumericException">Rows that are not finite.</exception>
    public static KMeans Refine(Tensor features, Tensor initial, int iterations = 20, bool spherical = false)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(initial);
        using var scope = Scope.Open();
        using var quiet = NoGradient.Begin();
        var (rows, offset) = Centred(features, spherical);
        var first = initial.Detach().To(rows.Dtype).To(rows.Device);
        var found = Iterate(rows, offset is null ? first : first - offset, iterations, spherical);
        return found with { Centroids = scope.Return(offset is null ? found.Centroids : found.Centroids + offset), Assignment = scope.Return(found.Assignment) };
    }

    static KMeans Iterate(Tensor rows, Tensor initial, int iterations, bool spherical)
    {
        using var scope = Scope.Open();
        var centroids = initial.Clone();
        Lloyd lloyd = rows.Device.Type != Device.Cpu.Type ? new DeviceLloyd(rows)
            : rows.Dtype == Dtype.Float64 ? new HostLloyd<double>(rows, centroids.Size(0)) : new HostLloyd<float>(rows, centroids.Size(0));
        lloyd.Assign(centroids);
        int done = 0;
        while (done < iterations)
        {
            using var inner = Scope.Open();
            var means = lloyd.Means(centroids);
            if (spherical)
                means = means.Normalize();
            done++;
            var moved = (means - centroids).Abs().Max().Item() > 0;
            centroids.Copy_(means);
            lloyd.Assign(centroids);
            if (!moved)
                break;
        }
        var assignment = lloyd.Assignment();
        var sizes = assignment.Bincount(minlength: centroids.Size(0)).ToArray<long>();
        return new(scope.Return(centroids), scope.Return(assignment), lloyd.Inertia(centroids), sizes, done);
    }

    /// <summary>The rows less what they have in common, where that outweighs what tells them apart: distances come from products, which would lose it.</summary>
    /// <remarks>Moderate offsets stay: they cost no digit that matters, and a copy of the rows would. On the sphere the origin has a meaning and stays where it is.</remarks>
    static (Tensor Rows, Tensor? Offset) Centred(Tensor features, bool spherical)
    {
        const double Outweighs = 16;
        const long Block = 16384;
        var rows = (features.Dtype == Dtype.Float64 ? features : features.To(Dtype.Float32)).Detach().Contiguous();
        RequireFinite(rows);
        if (spherical)
            return (rows, null);
        long n = rows.Size(0);
        var mean = rows.Sum([0], dtype: Dtype.Float64) / n;
        double spread = 0;
        for (long first = 0; first < n; first += Block)
        {
            using var scope = Scope.Open();
            spread += (rows.Narrow(0, first, Math.Min(Block, n - first)) - mean).Square().Sum().Item();
        }
        if (mean.Square().Sum().Item() <= Outweighs * spread / n)
            return (rows, null);
        var offset = mean.To(rows.Dtype);
        return (rows - offset, offset);
    }

    static void RequireFinite(Tensor features)
    {
        using var scope = Scope.Open();
        if (!double.IsFinite(features.Detach().Sum(Dtype.Float64).Item()))
            throw new NumericException("k-means met rows that are not finite: check the embeddings for NaN and infinity before clustering them.");
    }
}
