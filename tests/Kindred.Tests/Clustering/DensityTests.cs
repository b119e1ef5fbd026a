using Kindred.Clustering;
using Kindred.Torch;

namespace Kindred.Tests.Clustering;

public sealed class DensityTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    static Tensor OnALine(params double[] places)
    {
        var x = Tensor.From<double>(places, [places.Length, 1]);
        return Tensor.Cdist(x, x, 2, 2);
    }

    [Fact]
    public void Chains_grow_lonely_points_stay_out()
    {
        var labels = Dbscan.Cluster(OnALine(0, 1, 2, 3, 100, 50, 51, 52), eps: 1, minSamples: 3);
        Assert.Equal([0, 0, 0, 0, -1, 1, 1, 1], labels);                              // the radius itself counts
        Assert.Equal([0, 0, 0, 0, 2, 1, 1, 1], Dbscan.Expand(labels));
    }

    [Fact]
    public void A_border_point_goes_to_the_cluster_that_reaches_it_first()
    {
        var labels = Dbscan.Cluster(OnALine(0, 0.5, 1, 2, 3, 3.5, 4), eps: 1, minSamples: 4);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1], labels);                                  // 2 has only 1 and 3 beside it: no core, border of both
    }

    [Fact]
    public void Without_dense_places_everything_is_an_outlier()
    {
        Assert.All(Dbscan.Cluster(OnALine(0, 10, 20), 1, 2), label => Assert.Equal(-1, label));
        Assert.Empty(Dbscan.Cluster(Tensor.Zeros([0, 0], Dtype.Float64)));
        Assert.Equal([0, 1, 2], Dbscan.Expand([-1, -1, -1]));
    }

    [Fact]
    public void Jaccard_distance_is_zero_to_itself_symmetric_and_within_one()
    {
        using var generator = new Generator(2);
        var x = Tensor.Randn([40, 6], generator, Dtype.Float64);
        foreach (var k2 in new[] { 1, 4 })
        {
            var found = KReciprocal.Of(x, k1: 8, k2: k2);
            Assert.True((found.Distance - found.Distance.T()).Abs().Max().Item() < 1e-12);
            Assert.True(found.Distance.Diagonal().Abs().Max().Item() < 1e-12);
            Assert.InRange(found.Distance.Max().Item(), 0.5, 1);
            Assert.All(Enumerable.Range(0, 40), i => Assert.Equal(i, found.Neighbours[i][0]));
        }
        Assert.True((KReciprocal.Of(x, 8).Distance - KReciprocal.Of(x * 3, 8).Distance).Abs().Max().Item() < 1e-12);
    }

    [Fact]
    public void Duplicates_and_short_lists_are_allowed()
    {
        var same = KReciprocal.Of(Tensor.Ones([5, 3], Dtype.Float64), k1: 30, k2: 6);
        Assert.True(same.Distance.Abs().Max().Item() < 1e-12);
        Assert.Equal([2, 0, 1, 3, 4], same.Neighbours[2]);
        Assert.Equal(0, KReciprocal.Of(Tensor.Ones([1, 3]), 5, 2).Distance.Item(), 6);
    }

    [Fact]
    public void Reciprocal_neighbourhoods_separate_blobs_for_dbscan()
    {
        using var generator = new Generator(3);
        var centres = Tensor.Eye(3, 8) * 4;
        var x = centres.RepeatInterleave(20, 0) + Tensor.Randn([60, 8], generator) * 0.3;
        var labels = Dbscan.Cluster(KReciprocal.Of(x, 15, 4).Distance, 0.6, 4);
        Assert.Equal(Enumerable.Range(0, 60).Select(i => (long)(i / 20)), labels);
    }

    [Fact]
    public void Only_clusters_that_stand_still_are_trusted()
    {
        long[] labels = [0, 0, 1, 1, 1, -1], loose = [0, 0, 0, 0, 0, -1];
        var strict = SelfPaced.Filter(labels, labels, loose, threshold: 0.45);
        Assert.Equal([false, false, true, true, true, true], strict.Kept);            // 1 − 2/5 = 0.6 and 1 − 3/5 = 0.4
        Assert.Equal([3, 4, 1, 1, 1, 2], strict.Labels);
        var lonely = SelfPaced.Filter([-1, -1], [-1, -1], [-1, -1]);
        Assert.Equal(0, lonely.Threshold);
        Assert.Equal([0, 1], lonely.Labels);
    }
}
