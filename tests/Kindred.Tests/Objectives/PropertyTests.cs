using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Similarities;
using Kindred.Torch;

namespace Kindred.Tests.Objectives;

/// <summary>What must hold whatever the numbers are.</summary>
public class PropertyTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose()
    {
        scope.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Nt_xent_does_not_care_about_the_order_of_images_or_views()
    {
        var (a, b) = (Made.Rows(6, 4, 1), Made.Rows(6, 4, 2));
        var order = Made.Index(3, 1, 5, 0, 2, 4);
        var loss = NtXent.Loss(Tensor.Cat([a, b])).Item();
        Made.Close(loss, NtXent.Loss(Tensor.Cat([a.IndexSelect(0, order), b.IndexSelect(0, order)])).Item());
        Made.Close(loss, NtXent.Loss(Tensor.Cat([b, a])).Item());
    }

    [Fact]
    public void Nt_xent_s_memory_adds_negatives_and_an_empty_one_changes_nothing()
    {
        var (z, memory) = (Made.Rows(8, 4, 1), Made.Rows(5, 4, 2).Normalize());
        Made.Close(NtXent.Loss(z, 0.3).Item(), NtXent.WithMemory(z, memory.Narrow(0, 0, 0), 0.3).Item());
        var u = z.Normalize();
        var others = Tensor.Cat([u.Mm(u.MT) - 1e9 * Tensor.Eye(8, dtype: Dtype.Float64), u.Mm(memory.MT)], 1) / 0.3;
        Made.Close(CrossEntropy.PerRow(others, Made.Index(4, 5, 6, 7, 0, 1, 2, 3)).Mean().Item(), NtXent.WithMemory(z, memory, 0.3).Item());
    }

    [Fact]
    public void Cpc_within_a_sequence_scores_the_true_place_first_and_every_other_place_once()
    {
        var (z, c, w) = (Made.Block([2, 6, 3], 1), Made.Rows(2, 4, 2), Made.Block([2, 3, 4], 3));
        var scores = PredictiveCoding.WithinSequence(z, c, w, first: 3);
        Assert.Equal([2, 2, 6], scores.Shape);
        for (var k = 0; k < 2; k++)
        {
            var all = z.Matmul(w.Select(0, k).Mm(c.MT).MT.Unsqueeze(2)).Squeeze(2);       // [B, T]: zᵀ W_k c
            Made.Close(all.Select(1, 3 + k), scores.Select(0, k).Select(1, 0));
            Made.Close(all.Sum(1), scores.Select(0, k).Sum(1));
        }
    }

    [Fact]
    public void Normalised_objectives_do_not_care_about_the_length_of_rows()
    {
        var z = Made.Rows(8, 4, 3);
        var scaled = z * (Made.Rows(8, 1, 4).Abs() + 0.1);
        Made.Close(NtXent.Loss(z).Item(), NtXent.Loss(scaled).Item());
        Made.Close(NtLogistic.Loss(z).Item(), NtLogistic.Loss(scaled).Item());
        Made.Close(MarginTriplet.Loss(z).Item(), MarginTriplet.Loss(scaled).Item());
        Made.Close(SupCon.Loss(z.Reshape([4, 2, 4])).Item(), SupCon.Loss(scaled.Reshape([4, 2, 4])).Item());
    }

    [Fact]
    public void Raw_scores_scale_with_temperature()
    {
        var z = Made.Rows(8, 4, 5);
        Made.Close(NtXent.Loss(z, 0.5, normalize: false).Item(), NtXent.Loss(z * 2, 2, normalize: false).Item());
    }

    [Fact]
    public void Sup_con_with_every_image_its_own_class_is_nt_xent()
    {
        var (a, b) = (Made.Rows(5, 4, 6), Made.Rows(5, 4, 7));
        var features = Tensor.Stack([a, b], 1);
        var expected = NtXent.Loss(Tensor.Cat([a, b]), 0.2).Item();
        Made.Close(expected, SupCon.Loss(features, Made.Index(4, 2, 9, 7, 0), 0.2).Item());
        Made.Close(expected, SupCon.Loss(features, null, 0.2).Item());
        Made.Close(expected, SupCon.Loss(features, null, 0.2, sum: PositiveSum.In).Item());
    }

    [Fact]
    public void Sup_con_inside_the_logarithm_is_never_above_the_outer_form()
    {
        var features = Made.Block([8, 2, 4], 8);
        var labels = Made.Index(0, 0, 1, 1, 1, 2, 2, 0);
        Assert.True(SupCon.Loss(features, labels, 0.2, sum: PositiveSum.In).Item() <= SupCon.Loss(features, labels, 0.2).Item());
    }

    [Fact]
    public void Constant_scores_cost_the_logarithm_of_the_number_of_candidates()
    {
        var same = Tensor.Ones([6, 3], dtype: Dtype.Float64);
        Made.Close(Math.Log(6), InfoNce.InBatch(same, same).Item());
        Made.Close(Math.Log(6), NPair.Loss(same * 0, same * 0).Item());
        Made.Close(Math.Log(5), NtXent.Loss(same).Item());
        Made.Close(Math.Log(4), InfoNce.Loss(same, same, same.Narrow(0, 0, 3)).Item());
    }

    [Fact]
    public void The_info_nce_bound_never_exceeds_log_n()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var scores = Made.Rows(8, 8, seed) * 20;
            Assert.True(Math.Log(8) - InfoNce.OfScores(scores).Item() <= Math.Log(8) + 1e-12);
        }
    }

    [Fact]
    public void Hard_negatives_without_hardness_are_debiased_and_without_prior_nt_xent()
    {
        var (a, b) = (Made.Rows(5, 4, 9), Made.Rows(5, 4, 10));
        Made.Close(NtXent.Loss(Tensor.Cat([a, b]), 0.5).Item(), HardNegative.Loss(a, b, 0.5, prior: 0, hardness: 0).Item());
        Assert.True(HardNegative.Loss(a, b, 0.5, 0, hardness: 1).Item() > HardNegative.Loss(a, b, 0.5, 0, hardness: 0).Item());
    }

    [Fact]
    public void Synthetic_negatives_never_lower_the_loss()
    {
        var (q, k, queue) = (Made.Rows(4, 6, 11), Made.Rows(4, 6, 12), Made.Rows(20, 6, 13).Normalize());
        using var generator = new Generator(1);
        var mixed = HardMixing.Draw(q, queue, pool: 8, pairs: 5, withQuery: 3, generator);
        Assert.Equal([4, 8, 6], mixed.Shape);
        Made.Close(Tensor.Ones([4, 8], dtype: Dtype.Float64), mixed.Norm(2.0, [-1]));
        Assert.True(HardMixing.Loss(q, k, queue, [mixed]).Item() > HardMixing.Loss(q, k, queue, []).Item());
    }

    [Fact]
    public void No_mixing_is_the_plain_loss()
    {
        var (q, k) = (Made.Rows(4, 6, 14), Made.Rows(4, 6, 15));
        var partner = Made.Index(1, 2, 3, 0);
        Made.Close(InfoNce.InBatch(q, k, 0.2).Item(), InstanceMix.PerQuery(q, k, Tensor.Ones([4], dtype: Dtype.Float64), partner).Mean().Item());
        Made.Close(NormalizedRegression.Loss(q, k).Item(), InstanceMix.Regression(q, k, Tensor.Ones([4], dtype: Dtype.Float64), partner).Item());
    }

    [Theory]
    [InlineData(0.2, 0.8988), InlineData(1.0, 0.75), InlineData(2.0, 0.6875)]
    public void Mixing_shares_follow_the_folded_beta_law(double alpha, double mean)
    {
        using var generator = new Generator(5);
        var shares = InstanceMix.DrawShares(20000, alpha, generator);
        Assert.True(shares.Min().Item() >= 0.5 && shares.Max().Item() <= 1);
        Assert.InRange(shares.Mean().Item(), mean - 0.01, mean + 0.01);
    }

    [Fact]
    public void K_positives_without_positives_is_moco()
    {
        var (q, k, queue) = (Made.Rows(3, 5, 16), Made.Rows(3, 5, 17), Made.Rows(9, 5, 18).Normalize());
        var none = Tensor.Full([3, 2], -1, dtype: Dtype.Int64);
        Made.Close(InfoNce.Loss(q, k, queue, 0.07).Item(), KPositive.PerQuery(q, k, queue, none, 0.07).Mean().Item());
    }

    [Fact]
    public void Drawn_positives_are_distinct_members_of_the_class()
    {
        using var generator = new Generator(3);
        var drawn = KPositive.Draw(Made.Index(0, 1, 7), Made.Index(0, 1, 0, -1, 0, 1, 0), k: 3, generator).ToArray<long>();
        long[] classOf = [0, 1, 0, -1, 0, 1, 0];
        Assert.All(drawn[..3], row => Assert.Equal(0, classOf[row]));
        Assert.Equal(3, drawn[..3].Distinct().Count());
        Assert.Equal([1, 5, -1], drawn[3..6].OrderBy(row => row < 0).ThenBy(row => row));
        Assert.Equal([-1, -1, -1], drawn[6..]);
    }

    [Fact]
    public void One_space_of_leave_one_out_is_moco()
    {
        var (q, k, queue) = (Made.Rows(3, 5, 19), Made.Rows(3, 5, 20), Made.Rows(9, 5, 21).Normalize());
        Made.Close(InfoNce.Loss(q, k, queue, 0.2).Item(), LeaveOneOutContrast.Loss(q.Unsqueeze(0), k.Reshape([1, 1, 3, 5]), queue.Unsqueeze(0), 0.2).Item());
    }

    [Fact]
    public void The_attack_raises_the_loss()
    {
        var (x, weight) = (Made.Rows(6, 8, 22), Made.Rows(8, 5, 23));
        Tensor Encode(Tensor rows) => rows.Matmul(weight);
        var (gradient, clean) = AdversarialContrast.Inner(Encode, x);
        var attacked = AdversarialContrast.Perturb(x, gradient, 0.03);
        Assert.True(AdversarialContrast.Pair(Encode(x), Encode(attacked)).Item() > clean.Item());
    }

    [Fact]
    public void Sinkhorn_uses_every_prototype_equally_and_every_row_exactly_once()
    {
        var codes = Sinkhorn.Codes(Made.Rows(12, 4, 24), 0.5, iterations: 200);
        Made.Close(Tensor.Ones([12], dtype: Dtype.Float64), codes.Sum(1));
        Made.Close(Tensor.Full([4], 3.0, dtype: Dtype.Float64), codes.Sum(0), 1e-8);
    }

    [Theory]
    [InlineData(0.05), InlineData(0.001)]
    public void Sinkhorn_takes_the_log_domain_where_exponentials_would_vanish(double epsilon)
    {
        var scores = Made.Rows(10, 6, 25);                    // range about 4: 4,000 / epsilon in the exponent at worst
        var wide = Sinkhorn.Codes(scores, epsilon);
        var narrow = Sinkhorn.Codes(scores.To(Dtype.Float32), epsilon);
        Made.Finite(narrow, "codes");
        Made.Close(Tensor.Ones([10], dtype: Dtype.Float64), wide.Sum(1), 1e-9);
        Made.Close(wide, narrow.To(Dtype.Float64), 0.02);
    }

    [Fact]
    public void The_force_along_a_pair_is_minus_the_derivative_of_its_loss()
    {
        var distance = Tensor.From<double>([0.2, 0.9, 1.5, 0.4]).RequiresGrad_();
        var labels = Made.Index(0, 0, 1, 1);
        var slope = Autograd.Of(ContrastiveMargin.PerPair(distance, labels).Sum(), distance);
        Made.Close(-slope, ContrastiveMargin.Force(distance, labels));
    }

    [Fact]
    public void Gathered_shares_average_to_the_loss_of_the_whole_batch()
    {
        Tensor[] ranks = [Made.Rows(6, 4, 26), Made.Rows(6, 4, 27), Made.Rows(6, 4, 28)];
        var views = Tensor.Cat([.. ranks.Select(z => z.Narrow(0, 0, 3)), .. ranks.Select(z => z.Narrow(0, 3, 3))]);
        Made.Close(NtXent.Loss(views, 0.2).Item(), Enumerable.Range(0, 3).Average(rank => NtXent.Gathered(ranks, rank, 0.2).Item()));
    }

    [Fact]
    public void Learned_similarities_start_from_the_plain_ones()
    {
        var (x, y) = (Made.Rows(4, 3, 29), Made.Rows(5, 3, 30));
        var identity = Tensor.Eye(3, dtype: Dtype.Float64);
        Made.Close(new Dot().Matrix(x, y), Bilinear.Matrix(x, y, identity));
        Made.Close(new Euclidean().Matrix(x, y), Mahalanobis.Matrix(x, y, identity));
        Made.Close(new Euclidean().Matrix(x, y).Square(), new SquaredEuclidean().Matrix(x, y));
        var (u, v) = (x.Normalize(), y.Normalize());
        Made.Close(2 - 2 * new Cosine().Matrix(x, y), new SquaredEuclidean().Matrix(u, v));
    }
}
