using Kindred.Encoders;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Nn;

public class ModuleTests
{
    [Fact]
    public void Fields_are_the_state_inherited_ones_first_and_shared_ones_once()
    {
        using var scope = Scope.Open();
        var shared = new Linear(2, 2, bias: false);
        var model = new Derived(shared);
        Assert.Equal(
            ["base.weight", "base.bias", "shared.weight", "list.1.weight", "list.1.bias", "centre", "captured.weight", "hidden.weight", "auto.weight"],
            model.State().Select(s => s.Path));
        Assert.Equal(model.State().Count() - 1, model.Parameters().Count());
        Assert.Single(model.Buffers());
    }

    [Fact]
    public void State_outlives_every_scope_and_steps_leave_nothing_behind()
    {
        ResNet net;
        using (Initialization.Begin(3))
            net = new ResNet(new() { Depth = 10, Width = 0.125 });
        long alive = Tensor.Alive;
        Assert.Equal(net.State().Count(), (int)(alive - AliveWithout(net)));
        for (int step = 0; step < 3; step++)
        {
            using (Scope.Open())
                net.Forward(Reference.Tensor(1, 2, 3, 8, 8).To(Dtype.Float32)).Sum().Backward();
            Assert.Equal(alive, Tensor.Alive);
        }
    }

    [Fact]
    public void The_same_seed_builds_bit_equal_networks_and_another_seed_others()
    {
        using var scope = Scope.Open();
        Assert.Equal(Built(7), Built(7));
        Assert.NotEqual(Built(7), Built(8));

        static float[] Built(long seed)
        {
            using var _ = Initialization.Begin(seed);
            var model = new Projected(new ResNet(new() { Depth = 10, Width = 0.125 }), new DinoHead(64, 16, 8, 4));
            return [.. model.State().SelectMany(s => s.State.Value.ToArray<float>())];
        }
    }

    [Fact]
    public void Train_and_eval_reach_every_module_below()
    {
        using var scope = Scope.Open();
        var model = new Projected(new ConvNet(new() { Width = 2 }), new MlpHead(16, 4, 2));
        model.Eval();
        Assert.All(model.Modules(), m => Assert.False(m.Training));
        model.Train();
        Assert.All(model.Modules(), m => Assert.True(m.Training));
    }

    [Fact]
    public void A_frozen_module_gets_no_gradient_and_a_thawed_one_does()
    {
        using var scope = Scope.Open();
        var head = new MlpHead(4, 4, 4);
        var x = Reference.Tensor(1, 3, 4).To(Dtype.Float32).RequiresGrad_();
        head.Trainable = false;
        head.Forward(x).Sum().Backward();
        Assert.All(head.Parameters(), p => Assert.Null(p.Gradient));
        head.Trainable = true;
        head.Forward(x).Sum().Backward();
        Assert.All(head.Parameters(), p => Assert.NotNull(p.Gradient));
    }

    [Fact]
    public void A_twin_has_the_same_weights_shares_none_and_stays_frozen()
    {
        using var scope = Scope.Open();
        var online = new Projected(new ConvNet(new() { Width = 2 }), new MlpHead(16, 4, 2));
        var twin = online.Twin();
        Assert.Equal(online.State().Select(s => s.Path), twin.State().Select(s => s.Path));
        foreach (var (a, b) in online.State().Zip(twin.State()))
        {
            Assert.Equal(a.State.Value.ToArray<float>(), b.State.Value.ToArray<float>());
            Assert.NotSame(a.State, b.State);
        }
        Assert.False(twin.Trainable);
        Assert.True(online.Trainable);
        Assert.NotSame(online.Encoder, twin.Encoder);
        online.Encoder.Parameters().First().Set(Tensor.Zeros(online.Encoder.Parameters().First().Value.Shape));
        Assert.NotEqual(online.Encoder.Parameters().First().Value.ToArray<float>(), twin.Encoder.Parameters().First().Value.ToArray<float>());
    }

    [Fact]
    public void Following_moves_parameters_and_leaves_buffers_alone()
    {
        using var scope = Scope.Open();
        var online = new BatchNorm(3);
        var twin = online.Twin();
        online.Parameters().First().Set(Tensor.Full([3], 5, Dtype.Float32));
        online.RunningMean.Set(Tensor.Full([3], 9, Dtype.Float32));
        twin.Follow(online, 0.75);
        Assert.All(twin.Parameters().First().Value.ToArray<float>(), v => Assert.Equal(2, v, 1e-6f));
        Assert.All(twin.RunningMean.Value.ToArray<float>(), v => Assert.Equal(0, v));
        Assert.Throws<ArgumentException>(() => twin.Follow(new Linear(3, 3, bias: false), 0.5));
    }

    [Fact]
    public void Weights_load_by_path_all_or_nothing()
    {
        using var scope = Scope.Open();
        var a = new MlpHead(4, 5, 6);
        var b = new MlpHead(4, 5, 6);
        var saved = a.State().ToDictionary(s => s.Path, s => s.State.Value);
        b.Load(saved);
        Assert.Equal(a.State().SelectMany(s => s.State.Value.ToArray<float>()), b.State().SelectMany(s => s.State.Value.ToArray<float>()));

        var before = b.Parameters().Last().Value.ToArray<float>();
        saved.Remove("layers.1.weight");
        saved["layers.9.weight"] = Tensor.Zeros([1]);
        saved["layers.0.weight"] = Tensor.Zeros([4, 5]);
        saved["layers.3.bias"] = Tensor.Zeros([6]);
        var message = Assert.Throws<DataException>(() => b.Load(saved)).Message;
        Assert.Contains("1 missing: layers.1.weight", message);
        Assert.Contains("1 unexpected: layers.9.weight", message);
        Assert.Contains("layers.0.weight is [4, 5], expected [5, 4]", message);
        Assert.Equal(before, b.Parameters().Last().Value.ToArray<float>());
    }

    [Fact]
    public void Moving_keeps_values_and_trainability_and_lays_weights_out()
    {
        using var scope = Scope.Open();
        var net = new ConvNet(new() { Width = 2 });
        net.Parameters().First().Trainable = false;
        net.To(channelsLast: true);
        Assert.True(net.Parameters().First().Value.IsContiguous(MemoryFormat.ChannelsLast));
        net.To(dtype: Dtype.Float64);
        Assert.All(net.State(), s => Assert.Equal(Dtype.Float64, s.State.Value.Dtype));
        Assert.False(net.Parameters().First().Trainable);
        Assert.True(net.Parameters().Last().Trainable);
    }

    [Fact]
    public void A_parameter_takes_only_its_own_shape()
    {
        using var scope = Scope.Open();
        var p = new Parameter(Tensor.Zeros([2, 3]));
        Assert.Contains("[2, 3] cannot take a tensor of shape [3, 2]", Assert.Throws<ArgumentException>(() => p.Set(Tensor.Zeros([3, 2]))).Message);
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(1.5)]
    public void Truncated_normal_draws_stay_within_the_cut_and_have_the_spread_of_the_cut_normal(double deviation)
    {
        using var scope = Scope.Open();
        using var seed = Initialization.Begin(1);
        var draws = Weights.TruncatedNormal([200_000], deviation).ToArray<float>();
        Assert.All(draws, v => Assert.InRange(v, -2, 2));
        // For N(0, 1.5²) cut at ±2 the standard deviation is 1.0229 (1.5² (1 − 2aφ(a) / (2Φ(a) − 1)) at a = 4/3, rooted); a cut at 100 deviations changes nothing.
        Assert.Equal(deviation < 1 ? deviation : 1.0229, Math.Sqrt(draws.Average(v => (double)v * v)), 0.01 * deviation);
    }

    [Fact]
    public void Initial_spreads_are_those_of_the_papers()
    {
        using var scope = Scope.Open();
        using var seed = Initialization.Begin(1);
        Assert.Equal(Math.Sqrt(2.0 / (128 * 9)), Spread(Weights.KaimingFanOut([128, 64, 3, 3])), 0.001);
        Assert.Equal(Math.Sqrt(1.0 / (64 * 9)), Spread(Weights.VarianceScaling([128, 64, 3, 3])), 0.001);
        Assert.Equal(Math.Sqrt(2.0 / (192 + 192)), Spread(Weights.Xavier([576, 192], 3)), 0.001);
        Assert.Equal(1 / Math.Sqrt(3 * 64), Spread(Weights.FanInUniform([512, 64], 64)), 0.001);

        static double Spread(Tensor t) => Math.Sqrt(t.ToArray<float>().Average(v => (double)v * v));
    }

    static long AliveWithout(Module module)
    {
        using var twin = Scope.Open();
        return Tensor.Alive - module.State().Count(s => !s.State.Value.IsDead);
    }

    class Root : Module
    {
        readonly Linear @base = new(1, 1);

        public override string ToString() => $"{@base}";
    }

    sealed class Derived(Linear shared) : Root
    {
        readonly Linear shared = shared;
        readonly Layer?[] list = [null, new Linear(1, 1), shared];
        readonly Buffer centre = new(Tensor.Zeros([1]));
        readonly Linear captured = new(1, 1, bias: false);
        readonly IThing hidden = new Thing();
        readonly string name = "not state";

        public Linear Auto { get; } = new(1, 1, bias: false);

        public string Describe() => $"{name} {captured} {hidden} {list} {centre} {shared}";
    }

    interface IThing;

    sealed class Thing : Module, IThing
    {
        readonly Parameter weight = new(Tensor.Zeros([1]));

        public Tensor Weight => weight;
    }
}
