using Kindred.Experiments.Training;
using Kindred.Information;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes the information bottleneck and CLUB against a nuisance themselves.</summary>
public sealed class BottleneckTests
{
    static InformationBottleneck Make(double beta, InformationBottleneck.BoundKind bound = InformationBottleneck.BoundKind.Divergence) =>
        Toy.Build(() => new InformationBottleneck(new TinyEncoder(), Toy.Facts, new(beta, bound, Dim: 6, Hidden: 16)));

    // The last turn's loss and what it logged, after the noise generator was set.
    static (double Loss, IReadOnlyDictionary<string, double> Log) Last(Method method, Batch batch)
    {
        Generator.Default.Seed(5);
        var loss = method.Turns(batch, new(0, 0, 4, 32)).Last().Losses[^1]().Item();
        return (loss, method.TakeLog());
    }

    // What the last step logged.
    static IReadOnlyDictionary<string, double> Trained(Method method, IData data, int steps)
    {
        Generator.Default.Seed(5);
        var record = new Record();
        new Trainer(method, data, Toy.Sgd(method), new TrainerOptions { Epochs = steps, LogEvery = 1 }, record).Fit();
        return record.Steps[^1].Numbers;
    }

    [Theory]
    [InlineData(InformationBottleneck.BoundKind.Divergence)]
    [InlineData(InformationBottleneck.BoundKind.Club)]
    [InlineData(InformationBottleneck.BoundKind.LeaveOneOut)]
    public void The_loss_is_cross_entropy_plus_beta_times_the_bound(InformationBottleneck.BoundKind bound)
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var (without, log) = Last(Make(0, bound), data.Batch());
        var (with, _) = Last(Make(0.3, bound), data.Batch());
        Assert.Equal(without + (0.3 * log["nats"]), with, 1e-4);
        Assert.True(log["nats"] > 0, $"{log["nats"]} nats");
    }

    [Fact]
    public void The_divergence_is_the_expectation_of_the_log_ratio_over_the_noise()
    {
        using var scope = Scope.Open();
        using var generator = new Generator(3);
        var (mean, logVariance) = (Tensor.Randn([4, 3], generator, Dtype.Float64), Tensor.Randn([4, 3], generator, Dtype.Float64));
        const int draws = 200_000;
        var z = mean.Unsqueeze(0) + ((logVariance / 2).Exp().Unsqueeze(0) * Tensor.Randn([draws, 4, 3], generator, Dtype.Float64));
        var ratio = ((z.Square() - ((z - mean).Square() * (-logVariance).Exp())) - logVariance).Sum(2) / 2; // ln q(z|x) − ln N(z; 0, I)
        Assert.Equal(ratio.Mean().Item(), Club.PriorDivergence(mean, logVariance).Item(), 0.02);
    }

    [Fact]
    public void A_dear_nat_leaves_fewer_of_them_and_a_cheap_one_leaves_the_class()
    {
        using var scope = Scope.Open();
        using var data = new ToyData(32, 32);
        var (cheap, dear) = (Trained(1e-5), Trained(1));
        Assert.True(dear["nats"] < cheap["nats"] / 10, $"{dear["nats"]} nats at β = 1, {cheap["nats"]} at 1e-5");
        Assert.True(cheap["accuracy"] > dear["accuracy"], $"{cheap["accuracy"]} against {dear["accuracy"]}");

        IReadOnlyDictionary<string, double> Trained(double beta) => BottleneckTests.Trained(Make(beta), data, 150);
    }

    [Fact]
    public void Mine_climbs_what_the_encoder_descends()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Make(1, InformationBottleneck.BoundKind.Mine);
        var turns = method.Turns(data.Batch(), new(0, 0, 4, 32)).ToArray();
        Assert.Equal(["statistics", "model"], turns.Select(t => t.Player));

        turns[0].Losses[0]().Backward();
        Assert.DoesNotContain(method.Players["model"].Parameters(), p => p.Value.Grad is not null);      // the encoder takes no part in its estimate
        var statistics = method.Players["statistics"].Parameters().First(p => p.Value.Grad is { } g && g.Abs().Sum().Item() > 0);
        var up = statistics.Value.Grad!.Clone();
        statistics.Value.Grad!.Zero_();
        Generator.Default.Seed(5);
        turns[1].Losses[0]().Backward();
        var down = statistics.Value.Grad!;                                                              // what descending the loss would do to it
        Assert.True((up * down).Sum().Item() < 0, "both turns pull the estimate the same way");
    }

    [Fact]
    public void It_says_what_it_needs()
    {
        Assert.Contains("labelled data", Assert.Throws<ConfigurationException>(() => new InformationBottleneck(new TinyEncoder(), new DataFacts(32, 0, 4), new())).Message, StringComparison.Ordinal);
        Assert.Contains("labelled data", Assert.Throws<ConfigurationException>(() => new CLUBRemoval(new TinyEncoder(), new DataFacts(32, 0, 4), new())).Message, StringComparison.Ordinal);
        Assert.Contains("there are half", Assert.Throws<ConfigurationException>(() => new CLUBRemoval(new TinyEncoder(), Toy.Facts, new("vendor"))).Message, StringComparison.Ordinal);
        Assert.Contains("none beside their labels", Assert.Throws<ConfigurationException>(() => new CLUBRemoval(new TinyEncoder(), new DataFacts(32, 4, 4), new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_conditional_is_fitted_alone_and_the_encoder_descends_its_bound()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Toy.Build(() => new CLUBRemoval(new TinyEncoder(), Toy.Facts, new("half", Weight: 2, Fits: 3, Hidden: 8)));
        var turns = method.Turns(data.Batch(), new(0, 0, 4, 32)).ToArray();
        Assert.Equal(["conditional", "conditional", "conditional", "model"], turns.Select(t => t.Player));
        turns[0].Losses[0]().Backward();
        Assert.DoesNotContain(method.Players["model"].Parameters(), p => p.Value.Grad is not null);

        var batch = data.Batch();
        var (loss, log) = Last(method, batch);
        var entropy = CrossEntropy.Loss(method.Score(batch.Views[0]), batch.Labels!).Item();            // batch norm in training mode, as in the step
        Assert.Equal(entropy + (2 * log["nats"]), loss, 1e-4);
    }

    [Fact]
    public void With_the_bound_the_representation_tells_less_of_the_nuisance()
    {
        using var scope = Scope.Open();
        using var data = new ToyData(32, 32);
        var (plain, removed) = (Told(0), Told(3));
        Assert.True(removed < plain / 2, $"{removed} nats with the bound, {plain} without");

        double Told(double weight)
        {
            var method = Toy.Build(() => new CLUBRemoval(new TinyEncoder(), Toy.Facts, new("half", weight, Fits: 3, Hidden: 16)));
            return Trained(method, data, 120)["nats"];
        }
    }
}
