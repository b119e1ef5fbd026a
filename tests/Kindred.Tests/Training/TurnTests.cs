using Kindred.Experiments.Training;
using Kindred.Nn;
using Kindred.Optim;
using Kindred.Tests.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Training;

/// <summary>Turns: several losses of one player, shares of a batch, players that wait.</summary>
public sealed class TurnTests
{
    /// <summary>One linear layer; the loss is a mean over samples, in shares or at once.</summary>
    sealed class Shared(int shares) : Method
    {
        readonly Linear layer = new(3 * 16 * 16, 2);

        public override IEnumerable<Turn> Turns(Batch batch, Progress at) =>
            [new Turn("model", [.. Enumerable.Range(0, shares).Select(i => batch.Part(i, shares)).Select(part => (Func<Tensor>)(() => Loss(part) * ((double)part.Count / batch.Count)))])];

        Tensor Loss(Batch part) => layer.Forward(part.Views[0].X.Flatten(1)).Square().Mean();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Shares_of_a_batch_add_up_to_the_whole(int shares)
    {
        var (whole, parts) = (Train(1), Train(shares));
        Assert.Equal(whole.Loss, parts.Loss, 1e-5);
        Assert.All(whole.Weights.Zip(parts.Weights), p => Assert.Equal(p.First, p.Second, 1e-5f));

        static (double Loss, float[] Weights) Train(int shares)
        {
            using var data = new ToyData();
            var method = Toy.Build(() => new Shared(shares));
            var result = Toy.Train(method, Toy.Sgd(method), data, epochs: 1);
            return (result.Loss, [.. method.Parameters().SelectMany(p => p.Value.ToArray<float>())]);
        }
    }

    /// <summary>Units on top of one another, each with a loss of its own and the input cut off from the one below.</summary>
    sealed class Stacked : Method
    {
        readonly Linear[] units = [new(3 * 16 * 16, 32), new(32, 32), new(32, 32), new(32, 32)];

        public List<long> Alive { get; } = [];

        public override IEnumerable<Turn> Turns(Batch batch, Progress at)
        {
            var x = batch.Views[0].X.Flatten(1);
            yield return new Turn("model", [.. units.Select(unit => (Func<Tensor>)(() =>
            {
                Alive.Add(Tensor.Alive);
                var h = unit.Forward(x).Relu();
                x = Turn.Handed(h);
                return h.Square().Mean();
            }))]);
        }
    }

    [Fact]
    public void Each_loss_is_freed_before_the_next_but_for_what_it_hands_on()
    {
        using var data = new ToyData();
        var method = Toy.Build(() => new Stacked());
        Toy.Train(method, Toy.Sgd(method), data, epochs: 1, steps: 2);
        var second = method.Alive[4..];
        // One tensor more a unit: what was handed on; and the gradients of the unit's two parameters.
        Assert.All(second.Zip(second.Skip(1)), p => Assert.InRange(p.Second - p.First, 0, 3));
    }

    /// <summary>A game of two: the second player's loss goes through the first.</summary>
    sealed class Game : Method
    {
        readonly Linear critic = new(4, 1), maker = new(3 * 16 * 16, 4);

        public override IReadOnlyDictionary<string, Module> Players => new Dictionary<string, Module> { ["critic"] = critic, ["maker"] = maker };

        public override IEnumerable<Turn> Turns(Batch batch, Progress at)
        {
            yield return new Turn("critic", () => critic.Forward(maker.Forward(batch.Views[0].X.Flatten(1)).Detach()).Square().Mean());
            yield return new Turn("maker", () =>
            {
                Assert.All(critic.Parameters(), p => Assert.False(p.Trainable));
                return critic.Forward(maker.Forward(batch.Views[0].X.Flatten(1))).Mean();
            });
            Assert.All(critic.Parameters(), p => Assert.True(p.Trainable));
        }
    }

    [Fact]
    public void Who_waits_is_frozen_and_thaws_again()
    {
        using var data = new ToyData();
        var method = Toy.Build(() => new Game());
        var before = method.Parameters().Select(p => p.Value.Sum().Item()).ToArray();
        Toy.Train(method, Toy.Sgd(method), data, epochs: 1);
        Assert.All(before.Zip(method.Parameters().Select(p => p.Value.Sum().Item())), p => Assert.NotEqual(p.First, p.Second));
    }

    [Fact]
    public void Players_and_optimizers_must_match()
    {
        using var data = new ToyData();
        var method = Toy.Build(() => new Game());
        var optimizers = Toy.Sgd(method);
        Assert.Contains("'maker' has no optimizer", Error(optimizers.Where(o => o.Key == "critic").ToDictionary()), StringComparison.Ordinal);
        Assert.Contains("no player 'referee'", Error(new Dictionary<string, Optimizer>(optimizers) { ["referee"] = optimizers["critic"] }), StringComparison.Ordinal);

        string Error(Dictionary<string, Optimizer> given) => Assert.Throws<ConfigurationException>(() => new Trainer(method, data, given, new TrainerOptions { Epochs = 1 })).Message;
    }

    [Fact]
    public void A_batch_is_shared_out_among_at_most_its_samples()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var batch = data.Batch();
        Assert.Equal(batch.Index.ToArray<long>(), Enumerable.Range(0, 3).SelectMany(i => batch.Part(i, 3).Index.ToArray<long>()));
        Assert.Contains("at least 9", Assert.Throws<ConfigurationException>(() => batch.Part(0, 9)).Message, StringComparison.Ordinal);
    }
}
