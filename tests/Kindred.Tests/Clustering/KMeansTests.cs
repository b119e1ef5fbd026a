using System.Diagnostics;
using Kindred.Clustering;
using Kindred.Io;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Tests.Clustering;

public sealed class KMeansTests : IDisposable
{
    readonly Scope scope = Scope.Open();
    readonly Generator generator = new(11);

    public void Dispose()
    {
        generator.Dispose();
        scope.Dispose();
    }

    Tensor Normal(Dtype dtype, params long[] shape) => Tensor.Randn(shape, generator, dtype);

    (Tensor Rows, long[] Mode) Blobs(int n, int d, int modes, double spread)
    {
        var centres = Normal(Dtype.Float32, modes, d) * 5;
        var mode = Tensor.Randint(modes, [n], generator, Dtype.Int64);
        return (centres.IndexSelect(0, mode) + Normal(Dtype.Float32, n, d) * spread, mode.ToArray<long>());
    }

    [Fact]
    public void The_objective_never_rises()
    {
        var x = Normal(Dtype.Float64, 500, 5);
        var start = x.Narrow(0, 0, 12);
        var before = double.PositiveInfinity;
        for (int iterations = 0; iterations < 15; iterations++)
        {
            var found = KMeans.Refine(x, start, iterations);
            Assert.True(found.Inertia <= before + 1e-9, $"{found.Inertia} after {iterations} iterations, {before} before");
            before = found.Inertia;
        }
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Skipping_rows_by_bounds_gives_what_looking_at_every_row_gives(bool narrow)
    {
        foreach (var (n, d, k) in new[] { (400, 3, 7), (1000, 17, 40), (300, 8, 1), (64, 2, 64) })
        {
            var x = Normal(narrow ? Dtype.Float32 : Dtype.Float64, n, d);
            var start = x.Narrow(0, 0, k);
            var quick = KMeans.Refine(x, start, 12);
            var (centroids, assignment) = Naive(x, start, 12);
            var differing = quick.Assignment.Ne(assignment).Sum().ItemLong();
            Assert.True(differing <= (narrow ? n / 100 : 0), $"{differing} of {n} rows differ");
            if (!narrow)
                Assert.True((quick.Centroids - centroids).Abs().Max().Item() < 1e-12);
        }
    }

    static (Tensor Centroids, Tensor Assignment) Naive(Tensor x, Tensor centroids, int iterations)
    {
        Tensor Nearest() => Tensor.Cdist(x, centroids, 2, 2).Argmin(1);
        for (int i = 0; i < iterations; i++)
        {
            var member = Nearest().OneHot(centroids.Size(0)).To(x.Dtype);
            var sizes = member.Sum(0).Unsqueeze(1);
            centroids = Tensor.Where(sizes.Gt(0), member.T().Matmul(x) / sizes.ClampMin(1), centroids);
        }
        return (centroids, Nearest());
    }

    [Fact]
    public void Separate_blobs_are_found_and_equal_seeds_agree()
    {
        var (x, mode) = Blobs(2000, 8, 10, 0.3);
        var found = KMeans.Fit(x, 10, restarts: 3, seed: 4);
        Assert.True(ClusterAgreement.Of(mode, found.Assignment.ToArray<long>()).Accuracy > 0.99);
        var again = KMeans.Fit(x, 10, restarts: 3, seed: 4);
        Assert.Equal(found.Assignment.ToArray<long>(), again.Assignment.ToArray<long>());
        Assert.Equal(found.Inertia, again.Inertia);
        Assert.Equal(2000, found.Sizes.Sum());
    }

    [Fact]
    public void The_order_of_rows_does_not_matter()
    {
        var x = Normal(Dtype.Float64, 200, 4);
        var order = Tensor.Randperm(200, generator);
        var one = KMeans.Refine(x, x.Narrow(0, 0, 6), 8);
        var other = KMeans.Refine(x.IndexSelect(0, order), x.Narrow(0, 0, 6), 8);
        Assert.Equal(one.Assignment.IndexSelect(0, order).ToArray<long>(), other.Assignment.ToArray<long>());
    }

    [Fact]
    public void Empty_clusters_keep_their_centroid_and_duplicates_do_not_disturb()
    {
        var x = Tensor.From<double>([0, 0, 0, 0, 1, 1], [3, 2]);
        var start = Tensor.From<double>([0, 0, 1, 1, 50, 50], [3, 2]);
        var found = KMeans.Refine(x, start, 5);
        Assert.Equal([2, 1, 0], found.Sizes);
        Assert.Equal([50, 50], found.Centroids.Select(0, 2).ToArray<double>());
        Assert.Equal(1, found.Iterations);                                            // nothing moved, so it stopped
        Assert.Equal(0, KMeans.Fit(Tensor.Ones([9, 3]), 4).Inertia);
    }

    [Fact]
    public void Spherical_centroids_have_unit_length()
    {
        var x = Normal(Dtype.Float32, 300, 6).Normalize();
        var norms = KMeans.Fit(x, 5, spherical: true).Centroids.Norm(2, [1]).ToArray<float>();
        Assert.All(norms, norm => Assert.Equal(1, norm, 5));
    }

    [Fact]
    public void Impossible_requests_are_refused()
    {
        var x = Normal(Dtype.Float32, 5, 2);
        Assert.Throws<ConfigurationException>(() => KMeans.Fit(x, 6));
        Assert.Throws<ConfigurationException>(() => KMeans.Fit(x, 0));
        Assert.Throws<NumericException>(() => KMeans.Fit(x.MaskedFill(x.Gt(0), double.NaN), 2));
    }

    [Fact]
    public void A_hundred_thousand_rows_need_little_more_than_themselves()
    {
        var x = Normal(Dtype.Float32, 100_000, 32);
        KMeans.Refine(x.Narrow(0, 0, 2000), x.Narrow(0, 0, 500), 1);                   // warm up
        var before = Resident();
        var peak = before;
        using var watch = new Timer(_ => peak = Math.Max(peak, Resident()), null, 0, 2);
        var found = KMeans.Refine(x, x.Narrow(0, 0, 500), 3);
        Assert.Equal(3, found.Iterations);
        Assert.True(peak - before < 64L << 20, $"{(peak - before) >> 20} MB above the rows; the whole score matrix would be 200");
    }

    static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    [Fact]
    public void Nothing_outlives_the_result()
    {
        var x = Normal(Dtype.Float32, 500, 4);
        var before = Tensor.Alive;
        using (Scope.Open())
            KMeans.Fit(x, 5, restarts: 3);
        Assert.Equal(before, Tensor.Alive);
    }
}
