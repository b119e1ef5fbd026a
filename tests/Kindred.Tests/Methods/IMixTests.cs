using Kindred.Encoders;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes i-Mix itself, on each of the three methods.</summary>
public sealed class IMixTests
{
    static readonly Dictionary<string, Func<MixKind, int, Method>> Kinds = new()
    {
        ["n-pair"] = (mix, others) => new IMix(new TinyEncoder(), new(mix, InputMix: others, Dim: 8)),
        ["moco"] = (mix, others) => new IMixMoCo(new TinyEncoder(), new(mix, InputMix: others, Queue: 20, Dim: 8)),
        ["byol"] = (mix, others) => new IMixBYOL(new TinyEncoder(), new(mix, InputMix: others, Hidden: 8, Dim: 6)),
    };

    public static TheoryData<string> Names => [.. Kinds.Keys];

    static (double Loss, double Share) Step(string kind, MixKind mix, long seed = 3, int others = 0)
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Toy.Build(() => Kinds[kind](mix, others));
        Generator.Default.Seed(seed);
        var loss = Toy.Loss(method, data.Batch()).Item();
        method.Forget();
        return (loss, method.TakeLog()["share"]);
    }

    [Theory, MemberData(nameof(Names))]
    public void Mixing_changes_the_step_and_leaves_more_than_half_of_a_sample_its_own(string kind)
    {
        var plain = Step(kind, MixKind.None);
        Assert.Equal(1, plain.Share);
        foreach (var mix in new[] { MixKind.MixUp, MixKind.CutMix })
        {
            var shares = Enumerable.Range(0, 20).Select(seed => Step(kind, mix, seed).Share).ToArray();
            Assert.All(shares, s => Assert.InRange(s, 0.5, 1));
            Assert.InRange(shares.Average(), 0.68, 0.92);                    // λ has a mean of ¾; what a box loses at the edges comes on top
            Assert.NotEqual(plain.Loss, Step(kind, mix).Loss);
            Assert.Equal(Step(kind, mix), Step(kind, mix));                  // chance is the run's
            Assert.NotEqual(Step(kind, mix, 3), Step(kind, mix, 4));
        }
        Assert.NotEqual(plain.Loss, Step(kind, MixKind.None, others: 1).Loss);
        Assert.NotEqual(Step(kind, MixKind.None, others: 1).Loss, Step(kind, MixKind.None, others: 2).Loss);
    }

    [Fact]
    public void Without_mixing_the_steps_are_those_of_the_methods_that_it_builds_on()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var batch = data.Batch();
        var npair = new IMix(new TinyEncoder(), new(MixKind.None, Dim: 8));
        var z = npair.Network.Forward([batch.Views[0], batch.Views[1]]);
        Assert.Equal(InfoNce.InBatch(z[0], z[1], 0.2).Item(), Toy.Loss(npair, batch).Item(), 1e-6);

        // BYOL's loss is the sum of both directions; its other options are given i-Mix's values.
        var byol = Toy.Build(() => new BYOL(new TinyEncoder(), new(Hidden: 8, Dim: 6)));
        var both = Toy.Build(() => new IMixBYOL(new TinyEncoder(), new(MixKind.None, Hidden: 8, Dim: 6, Symmetric: true)));
        Assert.Equal(Toy.Loss(byol, batch).Item(), Toy.Loss(both, batch).Item(), 1e-5);
    }

    [Theory, InlineData(MixKind.MixUp), InlineData(MixKind.CutMix)]
    public void Only_the_query_is_mixed_and_by_the_share_and_partner_of_its_label(MixKind mix)
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var (first, second) = (data.Batch().Views[0], data.Batch().Views[1]);
        Generator.Default.Seed(5);
        var mixed = new InputMixing(new TinyEncoder(), mix, 1, 0).Of(first, second);
        Assert.Equal(second.X.ToArray<float>(), mixed.Key.X.ToArray<float>());
        Assert.Equal(first.X.Shape, mixed.Query.X.Shape);
        Assert.Equal(Enumerable.Range(0, 8).Select(i => (long)i), mixed.Partner.ToArray<long>().Order());
        var (own, other) = (first.X, first.X.IndexSelect(0, mixed.Partner));
        var share = mixed.Share.ToArray<float>();
        if (mix == MixKind.MixUp)
        {
            Assert.Equal(8, share.Distinct().Count());
            var weight = mixed.Share.Reshape([8, 1, 1, 1]);
            Assert.True((mixed.Query.X - (own * weight + other * (-weight + 1))).Abs().Max().Item() < 1e-6);
            return;
        }
        Assert.Single(share.Distinct());
        foreach (var i in Enumerable.Range(0, 8).Where(i => mixed.Partner.ToArray<long>()[i] != i))
        {
            var kept = mixed.Query.X.Select(0, i).Eq(own.Select(0, i)).To(Dtype.Float32);
            Assert.Equal(share[i], kept.Mean().Item(), 1e-5);
            Assert.Equal(1 - share[i], mixed.Query.X.Select(0, i).Eq(other.Select(0, i)).To(Dtype.Float32).Mean().Item(), 1e-5);
        }
    }

    [Theory, InlineData(1), InlineData(2), InlineData(4)]
    public void Input_mixing_keeps_at_least_half_of_each_sample_and_the_sum_of_all(int others)
    {
        using var scope = Scope.Open();
        using var generator = new Generator(2);
        var mixed = InstanceMix.Blend(Tensor.Eye(6, 6, dtype: Dtype.Float64).Mul(1), others, 1, generator);
        Assert.All(mixed.Sum([1]).ToArray<double>(), sum => Assert.Equal(1, sum, 1e-6));
        Assert.All(mixed.Diagonal().ToArray<double>(), own => Assert.True(own >= 0.5 - 1e-6));
        Assert.Contains(mixed.Diagonal().ToArray<double>(), own => own < 1);
    }

    [Fact]
    public void Spectrograms_are_mixed_and_not_waves()
    {
        using var scope = Scope.Open();
        using var data = new ToyData(kind: "sound");
        var encoder = new LogMelEncoder(new(Width: 6, Normalize: true));
        var batch = data.Batch();
        foreach (var mix in new[] { MixKind.MixUp, MixKind.CutMix })
        {
            Generator.Default.Seed(5);
            var mixed = new InputMixing(encoder, mix, 1, 0).Of(batch);
            Assert.Equal([8, 1, 40], mixed.Query.X.Shape.Take(3));
            var bands = encoder.Prepare(batch.Views[0].X);
            if (mix == MixKind.MixUp) Assert.True((mixed.Query.X - InstanceMix.Mix(bands, mixed.Share, mixed.Partner)).Abs().Max().Item() < 1e-6);
            Assert.Equal(encoder.Prepare(batch.Views[1].X).ToArray<float>(), mixed.Key.X.ToArray<float>());
        }
        Assert.Equal(encoder.Forward(batch.Views[0].X).ToArray<float>(), encoder.Forward(encoder.Prepare(batch.Views[0].X)).ToArray<float>());
    }

    [Theory, MemberData(nameof(Names))]
    public void One_view_is_enough_where_no_augmentation_is_known(string kind)
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var batch = data.Batch();
        var method = Toy.Build(() => Kinds[kind](MixKind.MixUp, 0));
        Assert.True(double.IsFinite(Toy.Loss(method, batch with { Views = [batch.Views[0]] }).Item()));
        Assert.Throws<ConfigurationException>(() => Toy.Loss(method, batch with { Views = [] }));
        method.Forget();
    }

    [Fact]
    public void What_cannot_be_mixed_is_refused_with_what_to_do()
    {
        var message = Assert.Throws<ConfigurationException>(() => Toy.Build(() => new IMix(new Words(), new()))).Message;
        Assert.Contains("Words", message, StringComparison.Ordinal);
        Toy.Build(() => new IMix(new Words(), new(MixKind.None)));
        using var scope = Scope.Open();
        var points = new View(Tensor.Zeros([4, 3], Dtype.Float32), "points.0");
        Assert.Contains("[4, 3]", Assert.Throws<ConfigurationException>(() => new InputMixing(new TinyEncoder(), MixKind.CutMix, 1, 0).Of(points, points)).Message, StringComparison.Ordinal);
        Assert.Equal([4, 3], new InputMixing(new TinyEncoder(), MixKind.MixUp, 1, 2).Of(points, points).Query.X.Shape);
    }

    sealed class Words : Encoder
    {
        public override long Dim => 4;

        protected override Tensor Encode(View view) => throw new NotSupportedException();
    }

    [Fact]
    public void The_moving_networks_get_no_gradient_and_what_is_queued_are_unmixed_keys()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var batch = data.Batch();
        var method = Toy.Build(() => new IMixMoCo(new TinyEncoder(), new(Queue: 20, Dim: 8, Shuffle: false)));
        var keys = Toy.Build(() => new IMixMoCo(new TinyEncoder(), new(MixKind.None, Queue: 20, Dim: 8, Shuffle: false)));
        foreach (var m in new[] { method, keys })
        {
            Toy.Loss(m, batch).Backward();
            Assert.All(m.NamedParameters(), p => Assert.Equal(p.Path.StartsWith("pair.query.", StringComparison.Ordinal), p.Parameter.Gradient is not null));
            m.Settle();
        }
        Assert.Equal(Toy.Values(keys, "queue.keys"), Toy.Values(method, "queue.keys"));
    }
}
