using Kindred.Encoders;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Training;
using Kindred.Heads;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Optim;
using Kindred.Tests.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Heads;

public sealed class MomentumPairTests
{
    static MomentumPair Make(Encoder encoder) => new(encoder, new MlpHead(encoder.Dim, encoder.Dim, 8, norm: false));

    [Fact]
    public void Queries_have_gradients_and_keys_have_none_and_both_are_of_length_one()
    {
        using var scope = Scope.Open();
        using var _ = Initialization.Begin(1);
        var pair = Make(new TinyEncoder());
        var x = Tensor.Randn([8, 3, 16, 16]);
        var (q, k) = (pair.Query(x), pair.Key(x));
        Assert.True(q.RequiresGrad);
        Assert.False(k.RequiresGrad);
        Assert.Equal(q.ToArray<float>(), k.ToArray<float>()); // the same weights, the same batch
        Assert.All(k.Norm(2, [1]).ToArray<float>(), norm => Assert.Equal(1, norm, 1e-5f));
        Assert.All(pair.Keys.Parameters(), p => Assert.False(p.Trainable));
    }

    [Fact]
    public void Shuffled_keys_come_back_in_order_and_the_order_is_drawn_only_if_asked_for()
    {
        using var scope = Scope.Open();
        using var _ = Initialization.Begin(1);
        var pair = Make(new TinyEncoder());
        pair.Eval();
        var x = Tensor.Randn([8, 3, 16, 16]);
        var before = Generator.Default.State;
        var plain = pair.Key(x).ToArray<float>();
        Assert.Equal(before, Generator.Default.State);
        Assert.All(plain.Zip(pair.Key(x, shuffle: true).ToArray<float>()), p => Assert.Equal(p.First, p.Second, 1e-5f));
        Assert.NotEqual(before, Generator.Default.State);
    }

    [Fact]
    public void Keys_follow_by_the_share_that_is_not_momentum()
    {
        using var scope = Scope.Open();
        using var _ = Initialization.Begin(1);
        using var no = NoGradient.Begin();
        var pair = Make(new TinyEncoder());
        foreach (var p in pair.Network.Parameters()) p.Value.Fill_(2);
        foreach (var p in pair.Keys.Parameters()) p.Value.Fill_(1);
        pair.Follow(0.75);
        Assert.All(pair.Keys.Parameters(), p => Assert.All(p.Value.ToArray<float>(), v => Assert.Equal(1.25f, v)));
        Assert.All(pair.Network.Parameters(), p => Assert.All(p.Value.ToArray<float>(), v => Assert.Equal(2f, v)));
    }

    [Fact]
    public void A_checkpoint_from_before_the_pair_is_read_under_its_names_of_today()
    {
        using var data = new ToyData();
        MoCo Made(long seed) => Toy.Build(() => new MoCo(new TinyEncoder(), new(Queue: 20, Dim: 8)), seed);
        var method = Made(1);
        var optimizers = Momentum(method);
        Toy.Train(method, optimizers, data, epochs: 1, steps: 3);
        var state = new TrainingState(method, optimizers, 0);
        var old = state.Capture().ToDictionary(f => f.Key, f => (IReadOnlyList<Kindred.Io.NamedArray>)[.. f.Value.Select(a => a.Renamed(a.Name.Replace("pair.", "", StringComparison.Ordinal)))]);
        Assert.Contains(old[TrainingState.Model], a => a.Name.StartsWith("query.", StringComparison.Ordinal));

        var copy = Made(2);
        var restored = new TrainingState(copy, Momentum(copy), 0);
        restored.Restore(old);
        Assert.Equal(state.Sha256(), restored.Sha256());

        static Dictionary<string, Optimizer> Momentum(Method m) => new() { ["model"] = new Sgd(m, new Sgd.Options { LearningRate = 0.05, Momentum = 0.9 }) };
    }

    [Theory, InlineData("simclr"), InlineData("moco"), InlineData("byol"), InlineData("dino")]
    public void Fine_tuning_goes_on_with_any_encoder_and_head_and_lets_them_learn(string which)
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var tuned = Toy.Build(() => new FineTune(which switch
        {
            "simclr" => new SimCLR(new TinyEncoder(), new(Dim: 8)),
            "moco" => new MoCo(new TinyEncoder(), new(Queue: 20, Dim: 8)),
            "byol" => new BYOL(new TinyEncoder(), new(Hidden: 8, Dim: 6)),
            _ => (IProjected)new DINO(new TinyEncoder(), new(Outputs: 9, Hidden: 8, Bottleneck: 4)),
        }, Toy.Facts, new(FromLayer: which == "dino" ? 0 : 1)));
        var before = tuned.Encoder.Parameters().First().Value.ToArray<float>();
        Toy.Train(tuned, Toy.Sgd(tuned), data, epochs: 1, steps: 2);
        Assert.NotEqual(before, tuned.Encoder.Parameters().First().Value.ToArray<float>());
    }

    [Fact]
    public void Fine_tuning_without_a_phase_before_it_says_what_it_could_go_on_with()
    {
        var recipe = Recipe.Load("supervised", ["method=finetune", "options=null"], folder: Path.Combine(Repository.Root, "recipes"), binder: Parts.Binder);
        var e = Assert.Throws<ConfigurationException>(() => Experiment.Build(recipe.First));
        Assert.Contains("what one of these methods has trained", e.Message, StringComparison.Ordinal);
        Assert.Contains("moco-v2", e.Message, StringComparison.Ordinal);
    }
}
