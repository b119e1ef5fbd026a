using Kindred.Clustering;
using Kindred.Information;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Objectives;

/// <summary>The later objectives: gradients in float64 against central differences, properties, degenerate cases.</summary>
public sealed class LaterObjectiveTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    static Tensor Labels => Made.Index(0, 1, 0, 2, 1);

    static readonly Dictionary<string, (Func<Tensor[], Tensor> Loss, Func<Tensor[]> Inputs)> All = new()
    {
        ["conditional contrast"] = (x => ConditionalContrast.Loss(x[0], x[1], Labels, 0.5), () => Two(5, 3)),
        ["conditional contrast, class only"] = (x => ConditionalContrast.Loss(x[0], x[1], Labels, 0.5, classPositives: false), () => Two(5, 3)),
        ["hinge"] = (x => Adversarial.HingeDiscriminator(x[0], x[1]) + Adversarial.HingeGenerator(x[1]), () => Two(5, 1)),
        ["logistic"] = (x => Adversarial.LogisticDiscriminator(x[0], x[1]) + 2 * Adversarial.LogisticGenerator(x[1]), () => Two(5, 1)),
        ["pairs"] = (x => Adversarial.PairDiscriminator(x[0], x[1]) + 2 * Adversarial.EncoderGenerator(x[0], x[1]), () => Two(5, 1)),
        ["greedy infomax"] = (x =>
            GreedyInfoMax.Loss(x[0].Reshape([2, 3, 4, 2]), x[1].Reshape([2, 3, 3]), [Made.Index([.. Range(8)]), Made.Index([.. Range(4)])]), () =>
            [Made.Rows(6, 8, 1), Made.Rows(6, 3, 2)]),
        ["graph contrast"] = (x => GraphContrast.Loss(x[0], x[1]), () => Two(4, 3)),
        ["graph contrast, with positive"] = (x => GraphContrast.Loss(x[0], x[1], excludePositive: false), () => Two(4, 3)),
        ["infomin"] = (x => InfoMin.Loss(InfoMin.Information(InfoNce.InBatch(x[0], x[1], 0.2, symmetric: true), 4), x[2], x[3], Made.Index(0, -1, 2, 1)),
            () => [Made.Rows(4, 3, 1), Made.Rows(4, 3, 2), Made.Rows(4, 3, 3), Made.Rows(4, 3, 4)]),
        ["token likelihood"] = (x => CrossEntropy.Loss(x[0], Made.Index(1, -100, 0, 2)), () => [Made.Rows(4, 3, 1)]),
        ["mixture of experts"] = (x =>
            MixtureOfExperts.Of(x[0].Reshape([2, 3, 4]), Made.Block([2, 3, 4], 8), x[1], x[2], MixtureOfExperts.GatingPrototypes(3, 4),
            Made.Block([5, 3, 4], 9), 0.5, 0.3).Loss,
            () => [Made.Rows(6, 4, 1), Made.Rows(2, 4, 2), Made.Rows(3, 4, 3)]),
        ["proto-nce"] = (x => ProtoNce.Loss(x[0], Made.Rows(4, 3, 8).Normalize(), Made.Rows(1, 4, 9).Flatten().Abs() + 0.1, Made.Index(0, 3, 3)), () => [Made.Rows(3, 3, 1)]),
        ["proto-nce, drawn"] = (x => ProtoNce.Loss(x[0], Made.Rows(6, 3, 8).Normalize(), Made.Rows(1, 6, 9).Flatten().Abs() + 0.1, Made.Index(0, 3, 3), Made.Index(1, 5)), () => [Made.Rows(3, 3, 1)]),
        ["simcse"] = (x => SimCse.Loss(x[0], x[1], x[2], 0.3, 0.7), () => [Made.Rows(4, 3, 1), Made.Rows(4, 3, 2), Made.Rows(4, 3, 3)]),
        ["unified contrast"] = (x => UnifiedContrast.Loss(x[0], Made.Rows(6, 3, 8).Normalize(), Made.Index(0, 1, 1, 2, 3, 3), Made.Index(0, 2, 5), 0.3), () => [Made.Rows(3, 3, 1)]),
        ["unified contrast, official"] = (x => UnifiedContrast.Loss(x[0], Made.Rows(6, 3, 8).Normalize(), Made.Index(0, 1, 1, 2, 3, 3), Made.Index(0, 2, 5), 0.3, 1e-6), () => [Made.Rows(3, 3, 1)]),
        ["support set"] = (x =>
            SupportSet.Loss(x[0], x[1], x[2], mix => mix.Matmul(x[3]).Reshape([4, 2, 3]), Made.Index(0, 1, 2, -100, 1, 1, 0, 2).Reshape([4, 2]),
            temperature: 0.5), () => [Made.Rows(4, 3, 1), Made.Rows(4, 3, 2), Made.Rows(4, 2, 3), Made.Rows(2, 6, 4)]),
        ["ranking, sum"] = (x => CrossModalRanking.Loss(x[0], x[1], reduction: RankingReduction.Sum), () => Two(4, 3)),
        ["ranking, hardest"] = (x => CrossModalRanking.Loss(x[0], x[1], reduction: RankingReduction.Hardest), () => Two(4, 3)),
        ["ranking, mean"] = (x => CrossModalRanking.Loss(x[0], x[1], reduction: RankingReduction.Mean), () => Two(4, 3)),
        ["ranking, contrastive"] = (x => CrossModalRanking.Loss(x[0], x[1], 0.3, RankingReduction.Mean), () => Two(4, 3)),
        ["concept contrast"] = (x => ConceptContrast.Loss(x[0], Made.Index(1, -100, 0, 2), x[1], Made.Index(2, 2, 0, -100), 1, 0.5), () => Two(4, 3)),
        ["donsker-varadhan"] = (x => DonskerVaradhan.Loss(x[0].Flatten(), x[1].Flatten()), () => Two(5, 1)),
        ["nwj"] = (x => Nwj.Loss(x[0].Flatten(), x[1].Flatten()), () => Two(5, 1)),
        ["jensen-shannon"] = (x => JensenShannon.Loss(x[0].Flatten(), x[1].Flatten()), () => Two(5, 1)),
        ["info-nce bound"] = (x => -InfoNceBound.Value(x[0], x[1], 0.3), () => Two(4, 3)),
        ["club"] = (x => Club.Bound(x[0], x[1], x[2]), () => [Made.Rows(4, 3, 1), Made.Rows(4, 3, 2), Made.Rows(4, 3, 3)]),
        ["club, sampled"] = (x => Club.Sampled(x[0], x[1], x[2], Made.Index(1, 2, 3, 0)), () => [Made.Rows(4, 3, 1), Made.Rows(4, 3, 2), Made.Rows(4, 3, 3)]),
        ["leave one out"] = (x => Club.LeaveOneOut(x[0], x[1], x[2]), () => [Made.Rows(4, 3, 1), Made.Rows(4, 3, 2), Made.Rows(4, 3, 3)]),
        ["club, categorical"] = (x => Club.Categorical(x[0], Made.Index(0, 2, 2, 1)), () => [Made.Rows(4, 3, 1)]),
        ["prior divergence"] = (x => Club.PriorDivergence(x[0], x[1]), () => Two(4, 3)),
    };

    static IEnumerable<long> Range(int positions) => Enumerable.Range(0, positions * 3).Select(i => (long)(i * 5 % positions));

    static Tensor[] Two(int n, int d) => [Made.Rows(n, d, 1), Made.Rows(n, d, 2)];

    public static IEnumerable<TheoryDataRow<string>> Names() => All.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory, MemberData(nameof(Names))]
    public void Gradients_match_finite_differences(string name) => Made.MatchesFiniteDifferences(All[name].Loss, All[name].Inputs());

    static readonly Dictionary<string, Func<Tensor, double, Tensor>> Extreme = new()
    {
        ["conditional contrast"] = (z, t) => ConditionalContrast.Loss(z, z.Flip([0]), Made.Index(0, 1, 0, 1, 2, 2), t),
        ["graph contrast"] = (z, t) => GraphContrast.Loss(z, z, t),
        ["infomin"] = (z, t) => InfoNce.InBatch(z, z.Flip([0]), t, symmetric: true),
        ["mixture of experts"] = (z, t) => MixtureOfExperts.Of(z.Reshape([2, 3, 4]), z.Flip([0]).Reshape([2, 3, 4]), z.Narrow(0, 0, 2), z.Narrow(0, 0, 3),
            MixtureOfExperts.GatingPrototypes(3, 4).To(Dtype.Float32).To(z.Dtype), z.Reshape([2, 3, 4]), t, t).Loss,
        ["proto-nce"] = (z, t) => ProtoNce.Loss(z, z.Normalize(), z.Select(1, 0).FullLike(t), Made.Index(0, 0, 3, 3, 4, 5)),
        ["simcse"] = (z, t) => SimCse.Loss(z, z.Flip([0]), z, t),
        ["unified contrast"] = (z, t) => UnifiedContrast.Loss(z, z.Flip([0]), Made.Index(0, 1, 1, 4, 4, 5), Made.Index(0, 1, 2, 3, 4, 5), t),
        ["unified contrast, official"] = (z, t) => UnifiedContrast.Loss(z, z.Flip([0]), Made.Index(0, 1, 1, 4, 4, 5), Made.Index(0, 1, 2, 3, 4, 5), t, 1e-6),
        ["support set"] = (z, t) => SupportSet.Weights(z, z.Flip([0]), Support.Cross, t).Square().Sum(),
        ["logistic"] = (z, t) => Adversarial.LogisticDiscriminator(z / t, z.Flip([0]) / t),
        ["token likelihood"] = (z, t) => CrossEntropy.Loss(z / t, Made.Index(0, 1, 2, 3, -100, 1)),
        ["greedy infomax"] = (z, t) => GreedyInfoMax.Loss(z.Reshape([1, 4, 3, 2]) / t, z.Narrow(0, 0, 4).Unsqueeze(0), [Made.Index(0, 1)]),
    };

    public static IEnumerable<TheoryDataRow<string>> Extremes() => Extreme.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory, MemberData(nameof(Extremes))]
    public void Small_temperatures_and_large_scores_stay_finite(string name)
    {
        foreach (var dtype in new[] { Dtype.Float32, Dtype.BFloat16, Dtype.Float64 })
            foreach (var (scale, t) in new[] { (1.0, 0.01), (50, 1), (1, 1e-4) })
            {
                var z = (Made.Rows(6, 4, 6) * scale).To(dtype).RequiresGrad_();
                var loss = Extreme[name](z, t);
                Made.Finite(loss, name);
                Made.Finite(Autograd.Of(loss, z), $"gradient of {name}");
            }
    }

    [Fact]
    public void Reordering_a_batch_changes_no_loss()
    {
        var order = Made.Index(3, 0, 4, 2, 1);
        Tensor a = Made.Rows(5, 4, 1), b = Made.Rows(5, 4, 2), c = Made.Rows(5, 4, 3);
        Tensor P(Tensor x) => x.IndexSelect(0, order);
        Made.Close(ConditionalContrast.Loss(a, b, Labels), ConditionalContrast.Loss(P(a), P(b), P(Labels)));
        Made.Close(GraphContrast.Loss(a, b), GraphContrast.Loss(P(a), P(b)));
        Made.Close(SimCse.Loss(a, b, c, hardLogit: 1), SimCse.Loss(P(a), P(b), P(c), hardLogit: 1));
        Made.Close(CrossModalRanking.Loss(a, b), CrossModalRanking.Loss(P(a), P(b)));
        Made.Close(InfoNce.InBatch(a, b, symmetric: true), InfoNce.InBatch(P(a), P(b), symmetric: true));
    }

    [Fact]
    public void Relations_between_objectives_hold()
    {
        Tensor a = Made.Rows(5, 4, 1), b = Made.Rows(5, 4, 2);
        Made.Close(SimCse.Loss(a, b, temperature: 0.2), InfoNce.InBatch(a, b, 0.2));
        Made.Close(GraphContrast.Loss(a, b, 0.2, excludePositive: false), InfoNce.InBatch(a, b, 0.2));
        Made.Close((InfoNce.InBatch(a, b, 0.2) + InfoNce.InBatch(b, a, 0.2)) / 2, InfoNce.InBatch(a, b, 0.2, symmetric: true));
        Assert.True(GraphContrast.Loss(a, b).Item() < GraphContrast.Loss(a, b, excludePositive: false).Item());
        // Clusters of one instance each: ProtoNCE is instance discrimination.
        Made.Close(ProtoNce.Loss(a, b.Normalize(), Tensor.Full([5], 0.2, Dtype.Float64), Made.Index(0, 1, 2, 3, 4)), InfoNce.InBatch(a, b, 0.2));
        Made.Close(UnifiedContrast.Loss(a, b.Normalize(), Made.Index(0, 1, 2, 3, 4), Made.Index(0, 1, 2, 3, 4), 0.2), InfoNce.InBatch(a, b, 0.2));
    }

    [Fact]
    public void The_posterior_may_be_a_constant_and_the_loss_is_the_marginal_likelihood()
    {
        var student = Made.Block([4, 3, 5], 1).RequiresGrad_();
        MixtureOfExperts Of(bool detach) =>
            MixtureOfExperts.Of(student, Made.Block([4, 3, 5], 2), Made.Rows(4, 5, 3), Made.Rows(3, 5, 4), MixtureOfExperts.GatingPrototypes(3, 5),
            Made.Block([6, 3, 5], 5), 0.3, 0.4, detach);
        var batch = Of(false);
        Made.Close(batch.MarginalNll, batch.Loss);
        Made.Close(Autograd.Of(Of(true).Loss, student), Autograd.Of(Of(false).Loss, student));
        Made.Close(Tensor.Ones([4], Dtype.Float64), batch.Posterior.Sum(1));
        Made.Close(0, MixtureOfExperts.Of(student.Narrow(1, 0, 1), student.Narrow(1, 0, 1), Made.Rows(4, 5, 3), Made.Rows(1, 5, 4),
            MixtureOfExperts.GatingPrototypes(1, 5), Tensor.Zeros([0, 1, 5], Dtype.Float64)).Loss.Item());
    }

    [Fact]
    public void Gating_prototypes_are_as_far_apart_as_can_be()
    {
        foreach (var (k, d) in new[] { (1, 3), (2, 1), (4, 3), (10, 128) })
        {
            var gram = MixtureOfExperts.GatingPrototypes(k, d).Matmul(MixtureOfExperts.GatingPrototypes(k, d).T());
            var expected = k == 1 ? Tensor.Ones([1, 1], Dtype.Float64) : Tensor.Eye(k, Dtype.Float64) * (k / (k - 1.0)) - 1.0 / (k - 1);
            Made.Close(expected, gram, 1e-12);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => MixtureOfExperts.GatingPrototypes(5, 3));
    }

    [Fact]
    public void An_expert_that_won_nothing_keeps_its_prototype()
    {
        var previous = Made.Rows(3, 4, 1).Normalize();
        var posterior = Tensor.From<double>([0.9, 0.1, 0, 0.2, 0.8, 0], [2, 3]);
        var (assignment, moved) = MixtureOfExperts.Update(Made.Block([2, 3, 4], 2), posterior, previous);
        Assert.Equal([0, 1], assignment.ToArray<long>());
        Made.Close(previous.Select(0, 2), moved.Select(0, 2));
        Made.Close(0, MixtureOfExperts.Update(Made.Block([2, 3, 4], 2), posterior).Prototypes.Select(0, 2).Abs().Sum().Item());
    }

    [Fact]
    public void Small_and_empty_clusters_take_the_largest_concentration()
    {
        var x = Made.Rows(10, 3, 1);
        var assignment = Made.Index(0, 0, 0, 0, 1, 1, 1, 1, 1, 2);
        var raw = Concentration.Of(x, Made.Rows(4, 3, 2), assignment, clip: false, rescale: false).Phi.ToArray<double>();
        Assert.Equal(raw.Max(), raw[2]);
        Assert.Equal(raw.Max(), raw[3]);
        Made.Close(0.2, Concentration.Of(x, Made.Rows(4, 3, 2), assignment).Phi.Mean().Item());
        Made.Close(0.2, Concentration.Of(Tensor.Zeros([3, 2]), Tensor.Zeros([2, 2]), Made.Index(0, 0, 1)).Phi.Mean().Item(), 1e-6);
    }

    [Fact]
    public void Local_units_send_no_gradient_below_themselves()
    {
        Tensor[] weights = [Made.Rows(4, 4, 1).RequiresGrad_(), Made.Rows(4, 4, 2).RequiresGrad_(), Made.Rows(4, 4, 3).RequiresGrad_()];
        var stages = weights.Select(w => (Func<Tensor, Tensor>)(x => x.Matmul(w).Tanh())).ToArray();
        Tensor Units(int span) => LocalLearning.PerUnit([Made.Rows(3, 4, 4), Made.Rows(3, 4, 5)], stages, (_, views) => NtXent.Loss(Tensor.Cat(views), 0.5), span);
        for (int span = 1; span <= 3; span++)
        {
            var units = Units(span);
            Assert.Equal(4 - span, units.Size(0));
            var reached = Autograd.Grad([units.Select(0, units.Size(0) - 1)], weights, allowUnused: true);
            Assert.Equal(span, reached.Count(gradient => gradient is not null && gradient.Abs().Max().Item() > 0));
        }
        Made.Close(Units(3).Sum(), Units(1).Select(0, 2).Reshape([]));                // the same forward pass whatever the span
        Assert.Throws<ArgumentOutOfRangeException>(() => Units(4));
    }

    [Fact]
    public void Single_pairs_and_empty_targets_cost_nothing()
    {
        Tensor a = Made.Rows(1, 4, 1), b = Made.Rows(1, 4, 2);
        Made.Close(0, GraphContrast.Loss(a, b).Item());
        Made.Close(0, SimCse.Loss(a, b).Item());
        Made.Close(0, ConditionalContrast.Loss(a, b, Made.Index(0)).Item());
        foreach (var reduction in Enum.GetValues<RankingReduction>())
            Made.Close(0, CrossModalRanking.Loss(a, b, reduction: reduction).Item());
        Made.Close(0, CrossEntropy.Loss(a, Made.Index(-100)).Item());
        Made.Close(0, InfoMin.Supervised(a, b, Made.Index(-1)).Item());
        Assert.Throws<ArgumentException>(() => SupportSet.Weights(a, b));
        Made.Close(1, SupportSet.Weights(a, b, Support.Full).Item());
    }

    [Fact]
    public void Support_weights_leave_out_what_they_should()
    {
        Tensor text = Made.Rows(4, 3, 1), video = Made.Rows(4, 3, 2);
        foreach (var support in Enum.GetValues<Support>())
            Made.Close(Tensor.Ones([4], Dtype.Float64), SupportSet.Weights(text, video, support).Sum(1));
        Made.Close(0, SupportSet.Weights(text, video).Diagonal().Abs().Sum().Item());
        Assert.Equal([4, 2, 5], SupportSet.Mix(SupportSet.Weights(text, video), Made.Block([4, 2, 5], 3)).Shape);
    }
}
