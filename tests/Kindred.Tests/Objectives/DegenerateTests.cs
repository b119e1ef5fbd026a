using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Similarities;
using Kindred.Torch;

namespace Kindred.Tests.Objectives;

/// <summary>Single pairs, missing positives, empty sets, coincident rows, small temperatures, large scores, narrow types.</summary>
public class DegenerateTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose()
    {
        scope.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_single_pair_has_nothing_to_be_told_from()
    {
        var z = Made.Rows(2, 4, 1);
        Zero(z, x => NtXent.Loss(x));
        Zero(z, x => HardNegative.Loss(x.Narrow(0, 0, 1), x.Narrow(0, 1, 1)));
        Zero(z, x => InvariantSpread.Loss(x));
        Zero(z, x => InvariantSpread.Paper(x.Narrow(0, 0, 1), x.Narrow(0, 1, 1)));
        Zero(z, x => InfoNce.InBatch(x.Narrow(0, 0, 1), x.Narrow(0, 1, 1)));
        Zero(z, x => MarginTriplet.Loss(x));
        Zero(z, x => MomentumContrast.Loss(x.Narrow(0, 0, 1), x.Narrow(0, 1, 1), x.Narrow(0, 1, 1), x.Narrow(0, 0, 1)));
        Zero(z, x => NPair.Loss(x.Narrow(0, 0, 1), x.Narrow(0, 1, 1), penalty: 0));
    }

    [Fact]
    public void Empty_sets_of_negatives_cost_nothing()
    {
        var z = Made.Rows(3, 4, 2);
        var none = Tensor.Zeros([0, 4], dtype: Dtype.Float64);
        Zero(z, x => InfoNce.Loss(x, x, none));
        Zero(z, x => Nce.Loss(x.Select(1, 0), x.Select(1, 1), Tensor.Zeros([3, 0], dtype: Dtype.Float64), Tensor.Zeros([3, 0], dtype: Dtype.Float64)));
        Zero(z, x => InstanceNce.Loss(InstanceNce.Logits(x, z, Made.Index(0, 1, 2), Tensor.Zeros([3, 0], dtype: Dtype.Int64)), 3, eps: 0));
    }

    [Fact]
    public void Anchors_without_positives_count_zero_but_stay_in_the_mean()
    {
        var features = Made.Block([3, 1, 4], 3);
        var perAnchor = SupCon.PerAnchor(features, Made.Index(0, 0, 5), 0.2).ToArray<double>();
        Assert.True(perAnchor[0] > 0 && perAnchor[1] > 0);
        Assert.Equal(0, perAnchor[2]);
        foreach (var sum in new[] { PositiveSum.Out, PositiveSum.In })
        {
            Zero(features, x => SupCon.Loss(x, Made.Index(0, 1, 2), 0.2, sum: sum));
            Zero(Made.Block([1, 1, 4], 4), x => SupCon.Loss(x, null, 0.2, sum: sum));
        }
        Zero(features, x => SupCon.Loss(x, Made.Index(0, 1, 2), 0.2, tile: 2));
    }

    [Fact]
    public void Without_triplets_the_loss_and_its_gradient_are_zero()
    {
        foreach (var mining in Enum.GetValues<TripletMining>())
            foreach (var labels in new[] { Made.Index(0, 0, 0, 0), Made.Index(0, 1, 2, 3) })
                foreach (var reduction in Enum.GetValues<Reduction>())
                    Zero(Made.Rows(4, 3, 5), x => Triplet.Loss(x, labels, mining, reduction: reduction));
    }

    [Fact]
    public void Coincident_rows_have_finite_gradients()
    {
        var same = Tensor.Ones([4, 3], dtype: Dtype.Float64);
        var labels = Made.Index(0, 0, 1, 1);
        foreach (var mining in Enum.GetValues<TripletMining>())
            Finite(same, x => Triplet.Loss(x, labels, mining, similarity: new Euclidean(), normalize: false));
        Finite(same, x => ContrastiveMargin.Loss(x, same, labels));
        Finite(same, x => ContrastiveMargin.AllPairs(x, labels));
        Finite(same, x => NtXent.Loss(x, 0.01));
        Finite(same, x => SupCon.Loss(x.Unsqueeze(1), labels, 0.01));
        Finite(same, x => InvariantSpread.Loss(x, 0.01));
        Finite(same, x => HardNegative.Loss(x, same, 0.01));
    }

    [Fact]
    public void Zero_rows_have_finite_gradients()
    {
        var zero = Tensor.Zeros([4, 3], dtype: Dtype.Float32);
        Finite(zero, x => NtXent.Loss(x));
        Finite(zero, x => NormalizedRegression.Loss(x, zero));
        Finite(zero, x => NegativeCosine.Loss(x, zero));
        Finite(zero, x => InfoNce.Loss(x, x, x));
    }

    public static IEnumerable<TheoryDataRow<string>> Names() => Everywhere.Keys.Select(name => new TheoryDataRow<string>(name));

    static readonly Dictionary<string, Func<Tensor, double, Tensor>> Everywhere = new()
    {
        ["nt-xent"] = (z, t) => NtXent.Loss(z, t),
        ["nt-xent, raw"] = (z, t) => NtXent.Loss(z, t, normalize: false),
        ["nt-xent, tiled"] = (z, t) => NtXent.Loss(z, t, tile: 3),
        ["nt-xent, raw, tiled"] = (z, t) => NtXent.Loss(z, t, normalize: false, tile: 3),
        ["nt-logistic"] = (z, t) => NtLogistic.Loss(z, t),
        ["info-nce"] = (z, t) => InfoNce.Loss(z, z.Flip([0]), z.Roll([1], [0]), t, normalize: false),
        ["info-nce, tiled"] = (z, t) => InfoNce.InBatch(z, z.Flip([0]), t, normalize: false, tile: 3),
        ["n-pair"] = (z, t) => NPair.Loss(z, z.Flip([0]) / t),
        ["nce"] = (z, t) => Nce.Loss(z.Select(1, 0) / t, z.Select(1, 1), z / t, z),
        ["instance nce"] = (z, t) => InstanceNce.Loss(InstanceNce.Logits(z, z, Rows, Others, t), 8),
        ["instance softmax"] = (z, t) => InstanceSoftmax.Loss(z, z, Rows, t),
        ["invariant spread"] = (z, t) => InvariantSpread.Loss(z, t),
        ["cross view"] = (z, t) => CrossView.InBatch(z, z.Flip([0]), t),
        ["predictive coding"] = (z, t) => PredictiveCoding.OfScores(z.Matmul(z.T()).Unsqueeze(0) / t),
        ["momentum contrast"] = (z, t) => MomentumContrast.Loss(z, z, z.Flip([0]), z.Flip([0]), t),
        ["swapped prediction"] = (z, t) => SwappedPrediction.Loss(Tensor.Stack([z, z.Flip([0])]), t, t),
        ["self-distillation"] = (z, t) => SelfDistillation.Loss(Tensor.Stack([z, z.Flip([0])]), Tensor.Stack([z, z.Flip([0])]), z.Select(0, 0), t, t),
        ["distillation"] = (z, t) => Distillation.Loss(z, z.Flip([0]), t),
        ["sup-con"] = (z, t) => SupCon.Loss(z.Reshape([4, 2, 4]), Classes, t, normalize: false),
        ["sup-con, in"] = (z, t) => SupCon.Loss(z.Reshape([4, 2, 4]), Classes, t, sum: PositiveSum.In, normalize: false),
        ["hard negatives"] = (z, t) => HardNegative.Loss(z, z.Flip([0]), t, 0.1, 1),
        ["k-positive"] = (z, t) => KPositive.PerAnchor(z.Reshape([4, 2, 4]), Tensor.Full([8, 1], -1, dtype: Dtype.Int64), t).Mean(),
        ["leave one out"] = (z, t) => LeaveOneOutContrast.Loss(z.Unsqueeze(0), z.Flip([0]).Reshape([1, 1, 8, 4]), z.Unsqueeze(0), t),
        ["hard mixing"] = (z, t) => HardMixing.Loss(z, z.Flip([0]), z, [], t),
        ["instance mix"] = (z, t) => InstanceMix.PerQuery(z, z.Flip([0]), Tensor.Full([8], 0.6), Rows.Flip([0]), t).Mean(),
    };

    static Tensor Rows => Made.Index(0, 1, 2, 3, 4, 5, 6, 7);

    static Tensor Others => Made.Index(1, 2, 3, 4, 5, 6, 7, 0).Unsqueeze(1);

    static Tensor Classes => Made.Index(0, 1, 0, 1);

    [Theory, MemberData(nameof(Names))]
    public void Small_temperatures_and_large_scores_stay_finite(string name)
    {
        foreach (var dtype in new[] { Dtype.Float32, Dtype.BFloat16, Dtype.Float64 })
        {
            Finite(Made.Rows(8, 4, 6, dtype), z => Everywhere[name](z, 0.01));
            Finite((Made.Rows(8, 4, 7) * 50).To(dtype), z => Everywhere[name](z, 1));      // inner products of about 10⁴
            Finite((Made.Rows(8, 4, 8) * 50).To(dtype), z => Everywhere[name](z, 0.1));
        }
    }

    [Fact]
    public void Autocast_does_not_reach_into_the_loss()
    {
        var z = Made.Rows(16, 8, 9, Dtype.Float32);
        var expected = NtXent.Loss(z, 0.05).Item();
        using var _ = Autocast.Begin(Device.Cpu, Dtype.BFloat16);
        Assert.Equal(expected, NtXent.Loss(z, 0.05).Item());
        Made.Close(expected, NtXent.Loss(z, 0.05, tile: 4).Item(), 1e-5);
    }

    [Theory]
    [InlineData(0), InlineData(-0.1), InlineData(double.NaN), InlineData(double.PositiveInfinity)]
    public void A_temperature_that_cannot_divide_is_refused(double temperature) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NtXent.Loss(Made.Rows(4, 3, 1), temperature));

    [Fact]
    public void Rows_that_do_not_pair_up_are_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => NtXent.Loss(Made.Rows(5, 3, 1)));
        Assert.Contains("[5, 3]", error.Message, StringComparison.Ordinal);
    }

    static void Zero(Tensor x, Func<Tensor, Tensor> loss)
    {
        var (value, gradient) = Differentiate(x, loss);
        Made.Close(0, value.Item(), 1e-12);
        Made.Close(x.ZerosLike(), gradient, 1e-12);
    }

    static void Finite(Tensor x, Func<Tensor, Tensor> loss)
    {
        var (value, gradient) = Differentiate(x, loss);
        Made.Finite(value, $"the loss in {x.Dtype}");
        Made.Finite(gradient, $"the gradient in {x.Dtype}");
    }

    static (Tensor Value, Tensor Gradient) Differentiate(Tensor x, Func<Tensor, Tensor> loss)
    {
        var leaf = x.Detach().Clone().RequiresGrad_();
        var value = loss(leaf);
        return (value, Autograd.Of(value, leaf));
    }
}
