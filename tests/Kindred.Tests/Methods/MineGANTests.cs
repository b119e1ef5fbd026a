using Kindred.Encoders;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Information;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>Games of a generator with a statistics network beside the discriminator: MINE-GAN, and BiGAN with MINE's term.</summary>
public sealed class MineGANTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    static readonly DataFacts Facts = new DataFacts(32, 0, 4).WithInput("features", 2);

    static Recipe Load(string name) => Recipe.Load(name, folder: Path.Combine(Repository.Root, "recipes"), binder: Parts.Binder);

    [Fact]
    public void Each_player_has_one_turn_in_the_paper_s_order_and_without_information_the_statistics_have_none()
    {
        using var data = new ToyData(kind: "points");
        string[] Of(Method method) => [.. method.Turns(data.Batch(), default).Select(t => t.Player)];
        Assert.Equal(["discriminator", "statistics", "generator"], Of(new MineGAN(Facts, new(Hidden: 8))));
        Assert.Equal(["discriminator", "generator"], Of(new MineGAN(Facts, new(MutualInformation: 0, Hidden: 8))));
        Assert.Equal(["discriminator", "statistics", "coder"], Of(new BiGAN(Facts, new(MutualInformation: 1, Hidden: 8))));
        Assert.Equal(["discriminator", "coder"], Of(new BiGAN(Facts, new(Hidden: 8))));
    }

    [Theory]
    [InlineData(0.1), InlineData(1.0), InlineData(7.0)]
    public void The_generator_s_gradient_is_the_adversarial_one_less_the_clipped_one_of_the_estimate(double beta)
    {
        var method = Toy.Build(() => new MineGAN(Facts, new(MutualInformation: beta, Noise: 2, Code: 2, Hidden: 8)));
        var parts = method.Players;
        Layer Net(string player) => (Layer)parts[player];
        foreach (var parameter in parts["statistics"].Parameters()) parameter.Set(parameter.Value * 3);          // an estimate with a gradient to clip
        using var data = new ToyData(kind: "points");
        Generator.Default.Seed(5);
        method.Turns(data.Batch(), default).Single(t => t.Player == "generator").Losses.Single()().Backward();
        Parameter[] weights = [.. parts["generator"].Parameters()];
        var found = Flat(weights.Select(w => w.Gradient!));

        // The same by the book, from the same draws.
        Generator.Default.Seed(5);
        var noise = Tensor.Randn([8, 2], Generator.Default, Dtype.Float32);
        var code = Tensor.Rand([8, 2], Generator.Default, Dtype.Float32) * 2 - 1;
        var fake = Net("generator").Forward(Tensor.Cat([noise, code], 1));
        Tensor Statistics(Tensor c) => Net("statistics").Forward(Tensor.Cat([fake, c], 1)).Squeeze(1);
        Tensor Gradient(Tensor loss) => Flat(Autograd.Grad([loss], [.. weights.Select(w => w.Value)], retainGraph: true).Select(g => g!));
        var adversarial = Gradient(Adversarial.LogisticGenerator(Net("discriminator").Forward(fake)));
        var information = Gradient(DonskerVaradhan.Value(Statistics(code), Statistics(code.Roll([1], [0]))));
        var (expected, clip) = AdaptiveClipping.Combine(adversarial, information, beta);
        Assert.Equal(0, (expected - found).Abs().Max().Item(), 1e-5);
        Assert.InRange((information * clip).Norm(2).Item(), 0, adversarial.Norm(2).Item() * 1.0001);
    }

    static Tensor Flat(IEnumerable<Tensor> tensors) => Tensor.Cat([.. tensors.Select(t => t.Reshape([-1]))]);

    [Fact]
    public void The_discriminator_s_turn_is_the_logistic_loss_and_leaves_the_generator_alone()
    {
        var method = Toy.Build(() => new MineGAN(Facts, new(Noise: 2, Code: 2, Hidden: 8)));
        using var data = new ToyData(kind: "points");
        method.Turns(data.Batch(), default).First().Losses.Single()().Backward();
        Assert.All(method.Players["generator"].Parameters(), p => Assert.Null(p.Gradient));
        Assert.All(method.Players["discriminator"].Parameters(), p => Assert.NotNull(p.Gradient));
    }

    [Fact]
    public void Samples_come_back_at_the_scale_of_the_data()
    {
        View Of(double scale)
        {
            var method = Toy.Build(() => new MineGAN(Facts, new(Hidden: 8, Scale: scale)));
            Generator.Default.Seed(2);
            return method.Generate(10);
        }
        Assert.Equal([10, 2], Of(1).X.Shape.ToArray());
        Assert.Equal(0, (Of(4).X - Of(1).X * 4).Abs().Max().Item(), 1e-5);
        var coder = Toy.Build(() => new BiGAN(Facts, new(Hidden: 8, Scale: 4)));
        var x = Tensor.Randn([5, 2]);
        Assert.Equal((long[])[5, 2], coder.Reconstruct(x).X.Shape.ToArray());
        Assert.Equal((long[])[5, 2], coder.Features(x).Shape.ToArray());
    }

    [Fact]
    public void Small_pictures_are_coded_value_by_value_and_come_back_as_pictures()
    {
        var facts = new DataFacts(32, 0, 4).WithInput("channels", 1).WithInput("height", 4).WithInput("width", 4);
        var method = Toy.Build(() => new BiGAN(facts, new(Latent: 3, Hidden: 8)));
        Assert.Equal((long[])[2, 1, 4, 4], method.Reconstruct(Tensor.Rand([2, 1, 4, 4])).X.Shape.ToArray());
    }

    static DataFacts Pictures(long channels, long height, long width) => new DataFacts(32, 0, 4).WithInput("channels", channels).WithInput("height", height).WithInput("width", width);

    [Theory]
    [InlineData(3, 12), InlineData(1, 16), InlineData(1, 28), InlineData(3, 6)]
    public void Convolutions_draw_pictures_of_the_data_s_side(long channels, long side)
    {
        var method = Toy.Build(() => new MineGAN(Pictures(channels, side, side), new(Noise: 3, Code: 2, Networks: PlayerKind.Convolutional, Hidden: 8)));
        var made = method.Generate(5).X;
        Assert.Equal((long[])[5, channels, side, side], made.Shape.ToArray());
        Assert.InRange(made.Abs().Max().Item(), 1e-3, 1);
        Assert.NotEqual(0, (method.Generate(1).X - method.Generate(1).X).Abs().Max().Item());    // each draw is new

        var batch = new Batch([new View(Tensor.Rand([4, channels, side, side]) * 2 - 1, "global.0")], Tensor.Arange(4, dtype: Dtype.Int64), null);
        foreach (var turn in method.Turns(batch, default))
        {
            foreach (var loss in turn.Losses) loss().Backward();
            Assert.All(method.Players[turn.Player].Parameters(), p => Assert.True(double.IsFinite(p.Gradient!.Abs().Max().Item())));
        }
    }

    [Fact]
    public void A_convolutional_critic_reads_each_number_beside_a_picture_and_no_other_sample()
    {
        using var _ = Initialization.Begin(1);
        var critic = new ConvolutionalCritic(1, 8, 3, 8);
        var rows = Tensor.Randn([4, 64 + 3]);
        var scores = critic.Forward(rows);
        Assert.Equal((long[])[4, 1], scores.Shape.ToArray());
        Assert.Equal(0, (critic.Forward(rows.Narrow(0, 1, 1)) - scores.Narrow(0, 1, 1)).Abs().Max().Item(), 1e-5);
        for (var i = 0; i < 3; i++)
        {
            var changed = rows.Clone();
            changed.Select(1, 64 + i).Add_(1);
            Assert.True((critic.Forward(changed) - scores).Abs().Min().Item() > 1e-6, $"number {i} beside the picture is not read");
        }
    }

    [Theory]
    [InlineData(12, 16), InlineData(13, 13), InlineData(4, 4)]
    public void Convolutions_want_square_pictures_that_can_be_halved(long height, long width)
    {
        var error = Assert.Throws<ConfigurationException>(() => Toy.Build(() => new MineGAN(Pictures(3, height, width), new(Networks: PlayerKind.Convolutional, Hidden: 8))));
        Assert.Contains(height == width ? $"pictures of {height} pixels" : "3 × 12 × 16", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ConfigurationException>(() => Toy.Build(() => new MineGAN(Facts, new(Networks: PlayerKind.Convolutional, Hidden: 8))));
        Assert.Contains("networks: linear", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_estimate_moves_the_encoder_and_not_the_generator()
    {
        using var data = new ToyData(kind: "points");
        Tensor Gradient(double beta)
        {
            var method = Toy.Build(() => new BiGAN(Facts, new(MutualInformation: beta, Hidden: 8)));
            Generator.Default.Seed(5);
            method.Turns(data.Batch(), default).Last().Losses.Single()().Backward();
            return Flat(method.Players["coder"].NamedParameters().Where(p => p.Path.Contains("enerator", StringComparison.Ordinal)).Select(p => p.Parameter.Gradient!));
        }
        Assert.Equal(0, (Gradient(0) - Gradient(1)).Abs().Max().Item(), 1e-6);
    }

    [Fact]
    public void The_modes_of_a_generator_are_counted_and_drawn()
    {
        using var experiment = Experiment.Build(Load("mine-gan").First);
        experiment.Trainer(maxSteps: 3).Fit();
        var report = Evaluations.Run(experiment, new EvaluationRequest("modes", Options: RecipeMerge.Apply(new RecipeMap([], RecipePlace.CommandLine), ["samples=500", "least=5"])));
        Assert.Equal(25, report.Metrics["of"]);
        Assert.InRange(report.Metrics["modes"], 0, report.Metrics["touched"]);
        var folder = Directory.CreateTempSubdirectory("kindred-modes-").FullName;
        try
        {
            report.Save(folder);
            Assert.StartsWith("<svg", File.ReadAllText(Path.Combine(folder, "eval", "modes.svg")).TrimStart(), StringComparison.Ordinal);
        }
        finally { Directory.Delete(folder, recursive: true); }
        var error = Assert.Throws<ConfigurationException>(() => Evaluations.Run(experiment, new EvaluationRequest("modes", Data: "points:gaussian")));
        Assert.Contains("nobody knows where the modes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reconstruction_is_judged_by_its_error_and_by_a_classifier_that_knows_samples_alone()
    {
        using var experiment = Experiment.Build(Load("bigan").First, "points:25-gaussians?n=2000");
        experiment.Trainer(maxSteps: 3).Fit();
        var metrics = Evaluations.Run(experiment, new EvaluationRequest("reconstruction")).Metrics;
        Assert.InRange(metrics["relative"], 50, 500);                                    // hardly trained: as bad as the mean, or worse
        Assert.True(metrics["class_before"] > 95 && metrics["class"] < 60, $"{metrics["class_before"]} {metrics["class"]}");
    }
}
