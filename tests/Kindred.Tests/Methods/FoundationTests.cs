using Kindred.Encoders;
using Kindred.Methods;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Training;

namespace Kindred.Tests.Methods;

/// <summary>DrLIM, triplets, N-pair and NCE: what their batches hold and what their losses do.</summary>
public sealed class FoundationTests
{
    static int[][] Plan(Method method, IData data)
    {
        using var scope = Scope.Open();
        Generator.Default.Seed(5);
        return [.. method.BeginEpoch(new Epoch(default, data))!.Batches!];
    }

    static Batch Rows(params (float X, int Label)[] rows) => new(
        [Tensor.From<float>([.. rows.SelectMany(r => new[] { r.X, 1f })], [rows.Length, 2])], Tensor.Arange(rows.Length, dtype: Dtype.Int64), Tensor.From<long>([.. rows.Select(r => (long)r.Label)]));

    // The input itself, so that a test says where rows lie.
    sealed class Straight : TensorEncoder
    {
        public override long Dim => 2;
        public override Tensor Forward(Tensor x) => x;
    }

    static T Straightened<T>(T method) where T : ProjectedMethod
    {
        ((Kindred.Nn.Linear)method.Network.Head).Weight.Set(Tensor.Eye(2));
        ((Kindred.Nn.Linear)method.Network.Head).Bias!.Set(Tensor.Zeros([2], Dtype.Float32));
        return method;
    }

    [Fact]
    public void A_triplet_batch_has_P_classes_of_K_samples()
    {
        using var data = new ToyData();
        var plan = Plan(Toy.Build(() => new TripletEmbedding(new TinyEncoder(), new(Classes: 3, Each: 4, Dim: 4))), data);
        Assert.Equal(data.StepsPerEpoch, plan.Length);
        foreach (var batch in plan)
        {
            Assert.Equal(12, batch.Distinct().Count());
            Assert.Equal([4, 4, 4], batch.CountBy(i => data.Labels![i]).Select(c => c.Value));
        }
    }

    [Fact]
    public void Another_seed_plans_other_batches()
    {
        using var data = new ToyData();
        var method = Toy.Build(() => new NPairEmbedding(new TinyEncoder(), new(Classes: 4)));
        using var scope = Scope.Open();
        string With(long seed)
        {
            Generator.Default.Seed(seed);
            return string.Join(' ', method.BeginEpoch(new Epoch(default, data))!.Batches!.SelectMany(b => b));
        }
        Assert.Equal(With(1), With(1));
        Assert.NotEqual(With(1), With(2));
    }

    [Fact]
    public void An_n_pair_batch_has_two_samples_of_each_class_side_by_side()
    {
        using var data = new ToyData();
        foreach (var batch in Plan(Toy.Build(() => new NPairEmbedding(new TinyEncoder(), new(Classes: 4))), data))
        {
            Assert.All(batch.Chunk(2), pair => Assert.Equal(data.Labels![pair[0]], data.Labels[pair[1]]));
            Assert.Equal(4, batch.Select(i => data.Labels![i]).Distinct().Count());
        }
    }

    [Fact]
    public void A_drlim_batch_has_as_many_pairs_of_one_class_as_of_two()
    {
        using var data = new ToyData();
        foreach (var batch in Plan(Toy.Build(() => new DrLIM(new TinyEncoder(), Toy.Facts, new(Pairs: 3))), data))
            Assert.Equal([true, true, true, false, false, false], batch.Chunk(2).Select(p => data.Labels![p[0]] == data.Labels[p[1]]));
    }

    [Fact]
    public void Neighbours_are_never_drawn_as_dissimilar()
    {
        using var data = new PointModality().Open(new("points:ring?n=80&deviation=0.01", [], Batch: 8));
        var plan = Plan(Toy.Build(() => new DrLIM(new Mlp(new(Width: 4, Inputs: 2)), new(80, 8, 10), new(DrLIM.SimilarKind.Neighbours, Neighbours: 3, Pairs: 8))), data);
        // Eight tight clusters: the three nearest are of one's own.
        var similar = plan.SelectMany(b => b.Chunk(2).Take(8)).ToList();
        Assert.All(similar, p => Assert.Equal(data.Labels![p[0]], data.Labels[p[1]]));
        var drawn = similar.SelectMany(p => new[] { (p[0], p[1]), (p[1], p[0]) }).ToHashSet();
        Assert.All(plan.SelectMany(b => b.Chunk(2).Skip(8)), p => Assert.True(p[0] != p[1] && !drawn.Contains((p[0], p[1]))));
    }

    [Fact]
    public void Samples_that_are_all_neighbours_of_one_another_leave_nobody_dissimilar_and_that_is_said()
    {
        using var data = new PointModality().Open(new("points:ring?n=3", [], Batch: 3));
        var method = Toy.Build(() => new DrLIM(new Mlp(new(Width: 4, Inputs: 2)), new(3, 8, 1), new(DrLIM.SimilarKind.Neighbours, Neighbours: 1, Pairs: 2)));
        // Each one's nearest is the next: so it comes out for equal samples, as no distance decides between them.
        method.State().Single(s => s.Path == "neighbours").State.Set(Tensor.From<long>([1, 2, 0], [3, 1]));
        var error = Assert.Throws<ConfigurationException>(() => Plan(method, data));
        Assert.Contains("leave nobody dissimilar", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dissimilar_pairs_beyond_the_margin_and_coinciding_similar_ones_cost_nothing()
    {
        using var scope = Scope.Open();
        var method = Straightened(Toy.Build(() => new DrLIM(new Straight(), Toy.Facts, new(Pairs: 1, Margin: 1))));
        Assert.Equal(0, Toy.Loss(method, Rows((0, 0), (0, 0), (0, 0), (1.5f, 1))).Item(), 1e-9);
        Assert.Equal(0.5 * 0.25 / 2, Toy.Loss(method, Rows((0, 0), (0, 0), (0, 0), (0.5f, 1))).Item(), 1e-6);     // (1 − 0.5)² / 2 over two pairs
        Assert.Equal(0.5 * 4 / 2, Toy.Loss(method, Rows((0, 0), (2, 0), (0, 0), (1.5f, 1))).Item(), 1e-6);
    }

    [Theory]
    [InlineData(TripletMining.All, 8)]
    [InlineData(TripletMining.Easy, 4)]
    [InlineData(TripletMining.SemiHard, 2)]
    [InlineData(TripletMining.Hard, 2)]
    [InlineData(TripletMining.BatchHard, 4)]
    public void A_miner_picks_what_it_says(TripletMining mining, int expected)
    {
        using var scope = Scope.Open();
        var method = Straightened(Toy.Build(() => new TripletEmbedding(new Straight(), new(mining, Margin: 0.5, Normalize: false, Squared: false, Dim: 2, Classes: 2, Each: 2))));
        // On a line: a at 0 and 1, b at 2.2 and 3.9; gaps 1.2, 2.9, 0.2, 1.9, 0.5 − 1.7 …: hard is one, b at 2.2 with a at 1.
        Toy.Loss(method, Rows((0, 0), (1, 0), (2.2f, 1), (3.9f, 1)));
        var log = method.TakeLog();
        var counts = mining switch { TripletMining.Easy => log["easy"] * 8, TripletMining.SemiHard => log["semi_hard"] * 8, TripletMining.Hard => log["hard"] * 8, _ => expected };
        Assert.Equal(counts, log["triplets"], 1e-4);
        Assert.Equal(1, log["easy"] + log["semi_hard"] + log["hard"], 1e-5);
        if (mining is TripletMining.All or TripletMining.BatchHard) Assert.Equal(expected, log["triplets"]);
        if (mining is TripletMining.Hard) Assert.Equal(1, log["triplets"]);
    }

    [Fact]
    public void The_constant_of_a_gaussian_is_found()
    {
        // p̃ = exp(a x + b x²) with b = −λ/2 = −2: Z = √(2π/λ), log Z = ½ ln(2π/4) = 0.226.
        using var data = new PointModality().Open(new("points:gaussian?n=4000&dim=1&deviation=0.5", [], Batch: 200));
        var method = Toy.Build(() => new NoiseContrast(new Moments(new(1)), new(Noise: 10, Deviation: 1)));
        Generator.Default.Seed(2);
        var optimizers = new Dictionary<string, Optimizer> { ["model"] = new Adam(method, new() { LearningRate = 0.03 }) };
        Toy.Train(method, optimizers, data, epochs: 30);
        using var scope = Scope.Open();
        Assert.Equal(0.5 * Math.Log(2 * Math.PI / 4), method.LogZ, 0.1);
        var density = NoGradient.Of(() => method.Score(Tensor.From<float>([0f, 0.5f], [2, 1])));
        Assert.Equal(Math.Log(2 / Math.Sqrt(2 * Math.PI)), density.ToArray<float>()[0], 0.1);
    }

    [Fact]
    public void Points_are_the_same_for_the_same_seed_and_others_for_the_test_split()
    {
        string First(string uri)
        {
            using var scope = Scope.Open();
            using var data = new PointModality().Open(new(uri, [], Batch: 4));
            return string.Join(' ', data.Plain(4).First().Tensors().Views[0].X.ToArray<float>());
        }
        Assert.Equal(First("points:25-gaussians"), First("points:25-gaussians?split=train"));
        Assert.NotEqual(First("points:25-gaussians"), First("points:25-gaussians?split=test"));
        Assert.NotEqual(First("points:25-gaussians"), First("points:25-gaussians?seed=1"));
        Assert.Throws<ConfigurationException>(() => First("points:moon"));
        Assert.Throws<ConfigurationException>(() => First("points:ring?dim=3"));
        Assert.Throws<ConfigurationException>(() => First("points:ring?n=2"));
    }
}
