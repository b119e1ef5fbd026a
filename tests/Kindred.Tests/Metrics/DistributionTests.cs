using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Tests.Metrics;

public sealed class DistributionTests : IDisposable
{
    readonly Scope scope = Scope.Open();
    readonly Generator generator = new(5);

    public void Dispose()
    {
        generator.Dispose();
        scope.Dispose();
    }

    Tensor Normal(params long[] shape) => Tensor.Randn(shape, generator, Dtype.Float64);

    [Fact]
    public void A_cloud_is_no_distance_from_itself_and_a_shift_adds_its_square()
    {
        var x = Normal(50, 6);
        Assert.Equal(0, FrechetDistance.OfFeatures(x, x).Distance, 9);
        Assert.Equal(6 * 4.0, FrechetDistance.OfFeatures(x, x + 2).Distance, 9);
        var y = Normal(40, 6) * 2;
        Assert.Equal(FrechetDistance.OfFeatures(x, y).Distance, FrechetDistance.OfFeatures(y, x).Distance, 9);
    }

    [Fact]
    public void Diagonal_gaussians_have_a_closed_form_also_without_full_rank()
    {
        double[] a = [4, 1, 0], b = [1, 9, 0];
        var distance = FrechetDistance.OfGaussians(Tensor.Zeros([3], Dtype.Float64), Tensor.From(a, 3).Diag(), Tensor.Zeros([3], Dtype.Float64), Tensor.From(b, 3).Diag());
        Assert.Equal(1 + 4, distance.Distance, 12);                                   // Σ (√a − √b)²
    }

    [Fact]
    public void Features_and_their_moments_give_the_same_number_even_with_fewer_rows_than_columns()
    {
        foreach (var rows in new[] { 5, 30 })
        {
            Tensor x = Normal(rows, 8), y = Normal(rows + 2, 8);
            static Tensor Covariance(Tensor z) => (z - z.Mean(0)).T().Matmul(z - z.Mean(0)) / (z.Size(0) - 1);
            var moments = FrechetDistance.OfGaussians(x.Mean(0), Covariance(x), y.Mean(0), Covariance(y));
            Assert.Equal(FrechetDistance.OfFeatures(x, y).Distance, moments.Distance, 6);
        }
        Assert.Throws<ArgumentException>(() => FrechetDistance.OfFeatures(Normal(1, 3), Normal(4, 3)));
    }

    [Fact]
    public void Inception_score_lies_between_one_and_the_number_of_classes()
    {
        var certain = Tensor.Eye(4, dtype: Dtype.Float64);
        Assert.Equal(4, InceptionScore.Of(certain, 1).Mean, 12);
        Assert.Equal(1, InceptionScore.Of(Tensor.Full([6, 4], 0.25, Dtype.Float64), 2).Mean, 12);
        Assert.Equal(1, InceptionScore.Of(certain, 4).Mean, 12);                     // a split of one picture has no variety
        var score = InceptionScore.Of(Normal(30, 5).Softmax(1), 3);
        Assert.All(score.PerSplit, split => Assert.InRange(split, 1, 5));
        Assert.Equal(score.PopulationDeviation * Math.Sqrt(1.5), score.SampleDeviation, 12);
        Assert.Throws<ArgumentOutOfRangeException>(() => InceptionScore.Of(certain, 5));
    }

    [Fact]
    public void A_sample_on_the_rim_is_good_and_belongs_to_its_nearest_mode()
    {
        var centers = Tensor.From<double>([0, 0, 10, 0], [2, 2]);
        var samples = Tensor.From<double>([3, 0, 3.01, 0, 9, 0, 5, 0], [4, 2]);
        var coverage = ModeCoverage.Of(samples, centers, sigma: 1);
        Assert.Equal([1, 1], coverage.PerMode);
        Assert.Equal((2, 0, 0.5), (coverage.Covered(), coverage.Covered(2), coverage.GoodFraction));
        Assert.Equal(0, ModeCoverage.Of(samples.Narrow(0, 0, 0), centers, 1).GoodFraction);
    }

    [Fact]
    public void Alignment_and_uniformity_see_collapse()
    {
        var z = Normal(300, 8).Normalize();
        Assert.Equal(0, Geometry.Alignment(z, z));
        Assert.Equal(4, Geometry.Alignment(z, -z), 10);
        var collapsed = z.Narrow(0, 0, 1).Expand([300, 8]).Contiguous();
        Assert.Equal(0, Geometry.Uniformity(collapsed), 10);
        Assert.True(Geometry.Uniformity(z) < -2);
        Assert.Equal(0, Geometry.Uniformity(z.Narrow(0, 0, 1)));
    }

    [Fact]
    public void Uniformity_in_blocks_equals_the_sum_over_all_pairs()
    {
        var z = Normal(700, 3).Normalize();
        var naive = Math.Log(((Tensor.Cdist(z, z, 2, 2).Square() * -2).Exp().Sum().Item() - 700) / (700.0 * 699));
        Assert.Equal(naive, Geometry.Uniformity(z), 9);
    }

    [Fact]
    public void Effective_rank_counts_directions()
    {
        Assert.Equal(5, Geometry.EffectiveRank(Tensor.Eye(5, dtype: Dtype.Float64) * 3), 10);
        Assert.Equal(1, Geometry.EffectiveRank(Normal(20, 1).Matmul(Normal(1, 6))), 6);
        Assert.Equal(0, Geometry.EffectiveRank(Tensor.Zeros([4, 4])));
        Assert.InRange(Geometry.EffectiveRank(Normal(100, 8)), 6, 8);
    }

    [Fact]
    public void Mean_corruption_error_of_the_reference_itself_is_one_hundred()
    {
        var errors = Normal(4, 5).Square();
        var same = CorruptionError.Of(errors, errors, 0.1, 0.1);
        Assert.Equal(100, same.Mean, 10);
        Assert.Equal(100, same.RelativeMean, 10);
        Assert.Equal(50, CorruptionError.Of(errors / 2, errors, 0, 0).Mean, 10);
    }
}
