using Kindred.Nn;
using Kindred.Optim;
using Kindred.Tests.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Optim;

public class OptimizerTests
{
    static readonly Progress Start = new(0, 10, 0, 100);

    public static TheoryData<string, OptimizerOptions> PyTorch => new()
    {
        { "sgd", new Sgd.Options { LearningRate = 0.1, Momentum = 0.9, WeightDecay = 0.05 } },
        { "sgd_nesterov", new Sgd.Options { LearningRate = 0.1, Momentum = 0.9, WeightDecay = 0.05, Nesterov = true } },
        { "sgd_plain", new Sgd.Options { LearningRate = 0.1, Momentum = 0 } },
        { "adam", new Adam.Options { LearningRate = 0.1, Beta1 = 0.8, Beta2 = 0.95, WeightDecay = 0.05 } },
        { "adamw", Adam.Options.W with { LearningRate = 0.1, WeightDecay = 0.05 } },
    };

    [Theory]
    [MemberData(nameof(PyTorch))]
    public void Five_steps_match_PyTorch(string name, OptimizerOptions options)
    {
        using var scope = Scope.Open();
        var model = new One(Reference.Tensor(1, 3, 4));
        using var optimizer = options.For(model);
        int step = 0;
        foreach (var expected in Reference.Get("optim_" + name).EnumerateArray())
        {
            model.W.Gradient = Reference.Tensor((uint)(10 + step++), 3, 4);
            optimizer.Step(Start);
            var actual = model.W.Value.ToArray<double>();
            for (int i = 0; i < actual.Length; i++)
                Assert.Equal(expected[i].GetDouble(), actual[i], 1e-12);
        }
    }

    [Fact]
    public void Parameters_without_a_gradient_are_left_alone()
    {
        using var scope = Scope.Open();
        var model = new Two();
        using var optimizer = new Sgd(model, new() { LearningRate = 1, WeightDecay = 0.1 });
        model.Predictor.Gradient = Tensor.Ones([2]);
        optimizer.Step(Start);
        Assert.Equal([1, 1], model.Weight.Value.ToArray<float>()[..2]);
        Assert.NotEqual([1, 1], model.Predictor.Value.ToArray<float>());
        optimizer.Zero();
        Assert.Null(model.Predictor.Gradient);
    }

    [Fact]
    public void Groups_have_their_own_rate_schedule_and_decay()
    {
        using var scope = Scope.Open();
        var model = new Two();
        using var optimizer = new Sgd(model, new()
        {
            LearningRate = 0.5, Momentum = 0, WeightDecay = 0.2, Schedule = new CosineRamp(), ExcludeOneDimensional = true,
            Groups = [new("predictor") { Schedule = 1, Multiplier = 2 }],
        });
        Fill(model, 1);
        optimizer.Step(new(5, 10, 50, 100)); // the cosine stands at one half
        Assert.Equal(1 - 0.25 * (1 + 0.2), model.Weight.Value.ToArray<float>()[0], 1e-6);   // decayed
        Assert.Equal(1 - 0.25, model.Bias.Value.ToArray<float>()[0], 1e-6);                  // one-dimensional: no decay
        Assert.Equal(1 - 1.0, model.Predictor.Value.ToArray<float>()[0], 1e-6);              // 0.5 × 2, schedule fixed
    }

    [Fact]
    public void A_pattern_that_matches_nothing_is_refused_with_the_paths_there_are()
    {
        using var scope = Scope.Open();
        var wrong = new Sgd.Options { Groups = [new("predcitor")] };
        Assert.Contains("weight, bias, predictor", Assert.Throws<ConfigurationException>(() => new Sgd(new Two(), wrong)).Message);
    }

    [Theory]
    [InlineData("predictor", "predictor.layers.0.weight", true)]
    [InlineData("predictor", "predictor2.weight", false)]
    [InlineData("*.bias", "encoder.bn1.bias", true)]
    [InlineData("*.bias", "encoder.biased", false)]
    [InlineData("encoder.*.weight", "encoder.conv1.weight", true)]
    public void Patterns_take_paths_their_beginnings_and_wild_cards(string pattern, string path, bool takes)
        => Assert.Equal(takes, new ParameterGroup(pattern).Takes(path));

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    [InlineData("lars")]
    public void Saved_state_continues_bit_equal(string kind)
    {
        using var scope = Scope.Open();
        OptimizerOptions options = kind switch
        {
            "sgd" => new Sgd.Options(),
            "adam" => Adam.Options.W with { WeightDecay = 0.1 },
            _ => new Lars.Options { WeightDecay = 0.01 },
        };
        var a = new Two();
        using var first = options.For(a);
        for (int i = 0; i < 3; i++)
            Step(a, first, i);
        var b = new Two();
        b.Load(a.State().ToDictionary(s => s.Path, s => s.State.Value));
        using var second = options.For(b);
        second.Load(first.State().ToDictionary(s => s.Path, s => s.Value));
        Assert.Equal(first.State().Select(s => s.Path), second.State().Select(s => s.Path));
        Step(a, first, 3);
        Step(b, second, 3);
        Assert.Equal(a.Weight.Value.ToArray<float>(), b.Weight.Value.ToArray<float>());
        Assert.Equal(a.Predictor.Value.ToArray<float>(), b.Predictor.Value.ToArray<float>());
        Assert.Throws<DataException>(() => second.Load(new Dictionary<string, Tensor> { ["momentum/other"] = Tensor.Zeros([1]) }));

        static void Step(Two model, Optimizer optimizer, int i)
        {
            Fill(model, 0.3 * (i + 1));
            optimizer.Step(Start);
        }
    }

    [Theory]
    [InlineData(LarsForm.TrustThenMomentum)]
    [InlineData(LarsForm.RateInsideMomentum)]
    [InlineData(LarsForm.Larc)]
    [InlineData(LarsForm.LarcClipped)]
    public void Lars_follows_a_plain_computation(LarsForm form)
    {
        using var scope = Scope.Open();
        double[] rates = [0.3, 0.2, 0.5];
        var model = new One(Reference.Tensor(1, 2, 3));
        using var optimizer = new Lars(model, new() { Form = form, LearningRate = 1, WeightDecay = 0.01, Trust = 0.02, Schedule = new Table(rates) });
        var w = Reference.Noise(6, 1);
        var v = new double[6];
        for (int step = 0; step < 3; step++)
        {
            var g = Reference.Noise(6, (uint)(20 + step));
            model.W.Gradient = Tensor.From<double>(g, [2, 3]);
            optimizer.Step(new(0, 1, step, 3));

            var d = g.Zip(w, (a, b) => a + 0.01 * b).ToArray();
            double below = form >= LarsForm.Larc ? Norm(g) + 0.01 * Norm(w) + 1e-8 : Norm(d);
            double trust = 0.02 * Norm(w) / below;
            if (form == LarsForm.LarcClipped)
                trust = Math.Min(trust / rates[step], 1);
            bool inside = form == LarsForm.RateInsideMomentum;
            v = [.. v.Zip(d, (a, b) => 0.9 * a + trust * b * (inside ? rates[step] : 1))];
            w = [.. w.Zip(v, (a, b) => a - b * (inside ? 1 : rates[step]))];
            Assert.All(model.W.Value.ToArray<double>().Zip(w), p => Assert.Equal(p.Second, p.First, 1e-12));
        }

        static double Norm(double[] x) => Math.Sqrt(x.Sum(a => a * a));
    }

    [Fact]
    public void Lars_takes_a_zero_weight_by_the_plain_gradient()
    {
        using var scope = Scope.Open();
        var model = new One(Tensor.Zeros([2, 2], Dtype.Float64));
        using var optimizer = new Lars(model, new() { LearningRate = 0.5 });
        model.W.Gradient = Tensor.Ones([2, 2], Dtype.Float64);
        optimizer.Step(Start);
        Assert.All(model.W.Value.ToArray<double>(), v => Assert.Equal(-0.5, v, 1e-12));
    }

    [Fact]
    public void Clipping_bounds_the_joint_norm_or_each_norm()
    {
        using var scope = Scope.Open();
        var model = new Two();
        Fill(model, 3);                                                 // norms 6, 3√2, 3√2: together 6√2
        Assert.Equal(6 * Math.Sqrt(2), Gradients.ClipTogether(model.Parameters(), 1), 1e-5);
        Assert.Equal(1, Math.Sqrt(model.Parameters().Sum(p => Square(p))), 1e-5);
        Fill(model, 3);
        Gradients.ClipEach(model.Parameters(), 5);
        Assert.Equal(25, Square(model.Weight), 1e-3);
        Assert.Equal(18, Square(model.Bias), 1e-3);

        static double Square(Parameter p) => p.Gradient!.ToArray<float>().Sum(v => (double)v * v);
    }

    [Fact]
    public void Steps_leave_no_tensors_behind()
    {
        var model = new Two();
        using var optimizer = Adam.Options.W.For(model);
        using (Scope.Open())
        {
            Fill(model, 1);
            optimizer.Step(Start);
        }
        long alive = Tensor.Alive;
        for (int i = 0; i < 3; i++)
            using (Scope.Open())
            {
                Fill(model, 1);
                optimizer.Step(Start);
            }
        Assert.Equal(alive, Tensor.Alive);
    }

    static void Fill(Two model, double value)
    {
        foreach (var p in model.Parameters())
            p.Gradient = Tensor.Full(p.Value.Shape, value, Dtype.Float32);
    }

    sealed class One(Tensor w) : Module
    {
        public Parameter W { get; } = new(w);
    }

    sealed class Two : Module
    {
        public Parameter Weight { get; } = new(Tensor.Ones([2, 2]));

        public Parameter Bias { get; } = new(Tensor.Ones([2]));

        public Parameter Predictor { get; } = new(Tensor.Ones([2]));
    }
}
