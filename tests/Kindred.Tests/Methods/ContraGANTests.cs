using Kindred.Data.Pictures;
using Kindred.Encoders;
using Kindred.Experiments.Evaluation;
using Kindred.Methods;
using Kindred.Metrics;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes ContraGAN itself: spectral norms, conditional norms, turns, classes, and how what it draws is measured.</summary>
public sealed class ContraGANTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    static ContraGAN Make(ConditionalCritic.ClassInput kind = ConditionalCritic.ClassInput.Contrast, int turns = 2, int classes = 4) =>
        Toy.Build(() => new ContraGAN(Toy.Facts with { Classes = classes }, new(kind, Width: 4, Noise: 6, Shared: 4, Dim: 8, Turns: turns, AverageFrom: 2, Average: 0.5)));

    sealed class Holder<T>(T part) : Method where T : Module
    {
        internal T Part => part;
    }

    static double Largest(Tensor weight) => Tensor.LinalgSvdvals(weight.Detach().Reshape([weight.Size(0), -1]).To(Dtype.Float64)).Max().Item();

    [Fact]
    public void A_spectral_norm_divides_by_the_largest_singular_value()
    {
        var weight = Tensor.Randn([6, 3, 2, 2], new Generator(1), Dtype.Float32);
        var norm = Toy.Build(() => new Holder<SpectralNorm>(new SpectralNorm(weight))).Part;
        norm.Train();
        for (var i = 0; i < 50; i++) norm.Of(weight);
        Assert.Equal(1, Largest(norm.Of(weight)), 1e-4);
        Assert.Equal(1 / Largest(weight), (norm.Of(weight) / weight).Mean().Item(), 1e-4);
    }

    [Fact]
    public void Its_iteration_steps_once_a_use_in_training_and_rests_in_evaluation()
    {
        var weight = Tensor.Randn([5, 4], new Generator(2), Dtype.Float32);
        var norm = Toy.Build(() => new Holder<SpectralNorm>(new SpectralNorm(weight))).Part;
        float[] Left() => norm.State().First().State.Value.ToArray<float>();
        var other = weight + Tensor.Randn([5, 4], new Generator(3), Dtype.Float32);
        norm.Eval();
        var before = Left();
        norm.Of(other);
        Assert.Equal(before, Left());
        norm.Train();
        norm.Of(other);
        // One step by hand: v = Wᵀu / |Wᵀu|, u = Wv / |Wv|.
        var u = Tensor.From<float>(before, [5]);
        var v = other.T().Mv(u);
        v = v / v.Norm();
        var next = other.Mv(v);
        Assert.Equal((next / next.Norm()).ToArray<float>(), Left(), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Its_gradient_takes_the_singular_vectors_for_constants()
    {
        var weight = Tensor.Randn([4, 3], new Generator(4), Dtype.Float32);
        var norm = Toy.Build(() => new Holder<SpectralNorm>(new SpectralNorm(weight))).Part;
        norm.Eval();
        var (u, v) = (norm.State().ElementAt(0).State.Value, norm.State().ElementAt(1).State.Value);
        var g = Tensor.Randn([4, 3], new Generator(5), Dtype.Float32);
        var leaf = weight.Clone();
        leaf.RequiresGrad = true;
        (norm.Of(leaf) * g).Sum().Backward();
        // d/dW of <G, W/σ> = G/σ − <G, W> uvᵀ / σ².
        var sigma = u.Dot(weight.Mv(v)).Item();
        var expected = (g / sigma) - (u.Unsqueeze(1).Matmul(v.Unsqueeze(0)) * ((g * weight).Sum().Item() / (sigma * sigma)));
        Assert.Equal(expected.ToArray<float>(), leaf.Grad!.ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Theory]
    [InlineData(5, 3), InlineData(3, 5), InlineData(4, 4)]
    public void Orthogonal_weights_are_at_right_angles(int rows, int columns)
    {
        using var _ = Initialization.Begin(1);
        var weight = Weights.Orthogonal([rows, columns]);
        var square = rows <= columns ? weight.Matmul(weight.T()) : weight.T().Matmul(weight);
        Assert.Equal(0, (square - Tensor.Eye(Math.Min(rows, columns))).Abs().Max().Item(), 1e-5);
    }

    [Fact]
    public void A_conditional_norm_stretches_and_moves_by_its_condition_alone()
    {
        var norm = Toy.Build(() => new Holder<ConditionalBatchNorm>(new ConditionalBatchNorm(3, 2))).Part;
        norm.Train();
        var x = Tensor.Randn([4, 3, 2, 2], new Generator(6), Dtype.Float32);
        var plain = norm.Forward(x, Tensor.Zeros([4, 2], Dtype.Float32));
        Assert.Equal(0, plain.Mean([0, 2, 3]).Abs().Max().Item(), 1e-5);
        Assert.Equal(1, plain.Square().Mean([0, 2, 3]).Mean().Item(), 1e-3);
        var condition = Tensor.From<float>([1, 0, 0, 1, 1, 1, 0, 0], [4, 2]);
        var moved = norm.Forward(x, condition);
        Assert.Equal(0, (moved - plain).Select(0, 3).Abs().Max().Item(), 1e-6);
        Assert.True((moved - plain).Select(0, 0).Abs().Max().Item() > 0.05);
    }

    [Theory]
    [InlineData(16), InlineData(32), InlineData(64)]
    public void Each_side_has_a_generator_and_a_discriminator_that_stretches_nothing_much(int size)
    {
        var layout = ResidualLayout.Of(size, 2);
        var made = Toy.Build(() => new Holder<ResidualGenerator>(new ResidualGenerator(layout, 10, 3, 4, 3))).Part;
        var critic = Toy.Build(() => new Holder<ResidualDiscriminator>(new ResidualDiscriminator(layout, 3))).Part;
        using var _ = NoGradient.Begin();
        var x = made.Forward(Tensor.Randn([2, made.Noise], new Generator(1), Dtype.Float32), Tensor.From<long>([0, 2]));
        Assert.Equal([2, 3, size, size], x.Shape);
        Assert.True(x.Abs().Max().Item() <= 1);
        Assert.Equal([2, critic.Dim], critic.Forward(x).Shape);
        Assert.Equal((size, 3), (made.Modules().OfType<Conv2d>().Count() is var c && c == (3 * (int)Math.Log2(size / 4)) + 1 ? size : c, 3));
    }

    [Fact]
    public void Another_side_noise_in_too_few_pieces_and_no_classes_are_refused()
    {
        Assert.Contains("16, 32 and 64", Assert.Throws<ConfigurationException>(() => ResidualLayout.Of(24, 8)).Message, StringComparison.Ordinal);
        Assert.Contains("at least 3", Assert.Throws<ConfigurationException>(() => new ContraGAN(Toy.Facts, new(Width: 2, Noise: 2))).Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => new ContraGAN(Toy.Facts with { Classes = 0 }, new(Width: 2)));
    }

    [Fact]
    public void The_discriminator_takes_its_turns_on_shares_of_the_batch_and_the_generator_one()
    {
        using var data = new ToyData();
        var method = Make(turns: 4);
        var turns = method.Turns(data.Batch(), new(0, 1, 0, 4)).ToArray();
        Assert.Equal(["discriminator", "discriminator", "discriminator", "discriminator", "generator"], turns.Select(t => t.Player));
        var shared = method.Players.Values.SelectMany(p => p.Parameters()).GroupBy(p => p).Where(g => g.Count() > 1);
        Assert.Empty(shared);
        Assert.Contains("at least 9", Assert.Throws<ConfigurationException>(() => Make(turns: 9).Turns(data.Batch(), default).ToArray()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ConditionalCritic.ClassInput.Contrast), InlineData(ConditionalCritic.ClassInput.Projection), InlineData(ConditionalCritic.ClassInput.None)]
    public void Only_by_contrast_or_projection_does_the_discriminator_hear_of_classes(ConditionalCritic.ClassInput kind)
    {
        using var data = new ToyData();
        double Loss(Tensor labels)
        {
            var method = Make(kind);
            Generator.Default.Seed(1);
            // Dim pictures keep the scores between −1 and 1, where the hinge hears of them.
            var dim = data.Batch() with { Labels = labels };
            var loss = method.Turns(dim with { Views = [dim.Views[0].With(dim.Views[0].X * 0.05)] }, default).First().Losses.Single()().Item();
            method.TakeLog();
            method.TakeWatched()?.Dispose();
            return loss;
        }
        Assert.Equal(kind != ConditionalCritic.ClassInput.None, Math.Abs(Loss(data.Batch().Labels!) - Loss(data.Batch().Labels! * 0)) > 1e-6);
        Assert.True(double.IsFinite(Loss(Tensor.Full([8], -1, Dtype.Int64))));
    }

    [Fact]
    public void The_average_is_a_copy_first_and_follows_later()
    {
        using var data = new ToyData();
        var method = Make();
        float[] Of(string part) => [.. method.State().Where(s => s.Path.StartsWith(part + ".", StringComparison.Ordinal)).SelectMany(s => s.State.Value.ToArray<float>())];
        Toy.Train(method, Toy.Sgd(method, 0.005), data, epochs: 1, steps: 2);
        Assert.Equal(Of("generator"), Of("average"));
        Toy.Train(method, Toy.Sgd(method, 0.005), data, epochs: 1, steps: 4);
        Assert.NotEqual(Of("generator"), Of("average"));
    }

    [Fact]
    public void It_draws_as_many_of_each_class_and_a_sheet_with_a_row_for_each()
    {
        var method = Make();
        method.Eval();
        Generator.Default.Seed(2);
        var some = NoGradient.Of(() => method.Generate(6).X);
        Assert.Equal([6, 3, 16, 16], some.Shape);
        Picture sheet = SampleSheet.Of(method)!;
        Assert.Equal(((8 * 17) + 1, (4 * 17) + 1), (sheet.Width, sheet.Height));
        Assert.Equal(255, sheet.Row(0)[0]);
    }

    /// <summary>By the definition with a square root of the product, against the library's way by singular values.</summary>
    [Fact]
    public void The_distance_of_two_clouds_is_that_of_a_second_computation()
    {
        Tensor Cloud(int seed, int n) => Tensor.Randn([n, 5], new Generator(seed), Dtype.Float64).Matmul(Tensor.Randn([5, 5], new Generator(seed + 9), Dtype.Float64)) + seed;
        var (a, b) = (Cloud(1, 40), Cloud(2, 60));
        static (Tensor Mean, Tensor Covariance) Of(Tensor x)
        {
            var mean = x.Mean([0]);
            return (mean, (x - mean).T().Matmul(x - mean) / (x.Size(0) - 1));
        }
        static Tensor Root(Tensor s)
        {
            // Denman and Beavers' iteration: Y → S^½, Z → S^−½.
            var (y, z) = (s, Tensor.Eye(s.Size(0), Dtype.Float64));
            for (var i = 0; i < 60; i++)
            {
                var eye = Tensor.Eye(s.Size(0), Dtype.Float64);
                (y, z) = ((y + Tensor.LinalgSolve(z, eye)) / 2, (z + Tensor.LinalgSolve(y, eye)) / 2);
            }
            return y;
        }
        var ((m1, s1), (m2, s2)) = (Of(a), Of(b));
        var expected = (m1 - m2).Square().Sum().Item() + s1.Diagonal().Sum().Item() + s2.Diagonal().Sum().Item() - (2 * Root(s1.Matmul(s2)).Diagonal().Sum().Item());
        Assert.Equal(expected, FrechetDistance.OfFeatures(a, b).Distance, 1e-6 * Math.Abs(expected));
    }

    [Fact]
    public void The_contrast_of_real_pictures_falls_as_it_learns_by_an_optimizer_for_each_player()
    {
        using var data = new ToyData();
        var method = Toy.Build(() => new ContraGAN(Toy.Facts, new(Width: 4, Noise: 6, Shared: 4, Dim: 8, Turns: 2)));
        var adam = method.Players.ToDictionary(p => p.Key, p => (Kindred.Optim.Optimizer)new Kindred.Optim.Adam(p.Value, new() { LearningRate = 2e-3, Beta1 = 0.5 }));
        var record = new Record();
        Generator.Default.Seed(3);
        Toy.Train(method, adam, data, epochs: 30, null, record);
        double Mean(IEnumerable<Kindred.Experiments.Training.StepReport> steps) => steps.Average(s => s.Numbers["contrast"]);
        Assert.True(Mean(record.Steps.TakeLast(8)) < Mean(record.Steps.Take(8)) - 0.1);
        foreach (var optimizer in adam.Values) optimizer.Dispose();
    }
}
