using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes MoCHi itself.</summary>
public sealed class MoCHiTests
{
    static MoCHi Make(int pairs = 6, int withQuery = 4, int warmup = 2) =>
        Toy.Build(() => new MoCHi(new TinyEncoder(), new(Hardest: 5, Pairs: pairs, WithQuery: withQuery, Warmup: warmup, Queue: 20, Dim: 8)));

    static (double Loss, IReadOnlyDictionary<string, double> Log) Step(MoCHi method, int epoch)
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        Generator.Default.Seed(3);
        var loss = Toy.Loss(method, data.Batch(), new(epoch, 4, epoch * 4, 16)).Item();
        method.Forget();
        return (loss, method.TakeLog());
    }

    [Fact]
    public void Nothing_is_mixed_during_the_warm_up_whose_step_is_MoCos()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var moco = Toy.Build(() => new MoCo(new TinyEncoder(), new(Queue: 20, Dim: 8)));
        Generator.Default.Seed(3);
        var expected = Toy.Loss(moco, data.Batch(), new(1, 4, 4, 16)).Item();

        var (loss, log) = Step(Make(), epoch: 1);
        Assert.Equal(expected, loss, 1e-6);
        Assert.Equal(0, log["mixed_negatives"]);
        Assert.Equal(10, Step(Make(), epoch: 2).Log["mixed_negatives"]);
        Assert.Equal(10, Step(Make(warmup: 0), epoch: 0).Log["mixed_negatives"]);
    }

    [Theory, InlineData(6, 0), InlineData(0, 4), InlineData(6, 4)]
    public void Mixed_negatives_make_the_same_task_harder(int pairs, int withQuery)
    {
        var (plain, mixed) = (Step(Make(0, 0), epoch: 2), Step(Make(pairs, withQuery), epoch: 2));
        Assert.Equal(pairs + withQuery, mixed.Log["mixed_negatives"]);
        Assert.True(mixed.Loss > plain.Loss, $"{mixed.Loss} against {plain.Loss}");
        Assert.True(mixed.Log["proxy_accuracy"] <= mixed.Log["contrastive_accuracy"]);
        Assert.Equal(plain.Log["contrastive_accuracy"], mixed.Log["contrastive_accuracy"]);
    }

    [Fact]
    public void Only_real_keys_are_queued_and_only_the_query_network_gets_gradient()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Make(warmup: 0);
        Toy.Loss(method, data.Batch()).Backward();
        Assert.All(method.NamedParameters(), p => Assert.Equal(p.Path.StartsWith("pair.query.", StringComparison.Ordinal), p.Parameter.Gradient is not null));
        method.Settle();
        Assert.Equal(8, Toy.State(method, "queue.pointer").ItemLong()); // a batch, whatever was mixed
    }

    [Fact]
    public void Mixes_are_convex_of_unit_length_and_nearer_to_the_key_than_to_the_query()
    {
        using var scope = Scope.Open();
        using var generator = new Generator(4);
        var q = Tensor.Randn([3, 8], generator, Dtype.Float64).Normalize();
        var queue = Tensor.Randn([20, 8], generator, Dtype.Float64).Normalize();
        var nearest = HardMixing.Hardest(q, queue, 2).ToArray<long>();
        var pairs = HardMixing.Draw(q, queue, pool: 2, pairs: 40, withQuery: 0, generator);
        var withQuery = HardMixing.Draw(q, queue, pool: 1, pairs: 0, withQuery: 40, generator);
        Assert.Equal([3, 40, 8], pairs.Shape);
        Assert.All(pairs.Square().Sum(2).Flatten().ToArray<double>().Concat(withQuery.Square().Sum(2).Flatten().ToArray<double>()), length => Assert.Equal(1, length, 1e-9));
        for (var i = 0; i < 3; i++)
        {
            var (a, b, own) = (queue.Select(0, nearest[2 * i]), queue.Select(0, nearest[(2 * i) + 1]), q.Select(0, i));
            for (var j = 0; j < 40; j++)
            {
                var (h, mix) = (pairs.Select(0, i).Select(0, j), withQuery.Select(0, i).Select(0, j));
                // On the arc between two ends the angles to them add up: outside of it, or off the plane, they are more.
                if (Angle(h, a) > 1e-5 && Angle(h, b) > 1e-5) Assert.Equal(Angle(a, b), Angle(h, a) + Angle(h, b), 1e-5);
                Assert.Equal(Angle(own, a), Angle(mix, own) + Angle(mix, a), 1e-5);
                Assert.True(Angle(mix, a) <= Angle(mix, own) + 1e-9);
            }
        }

        static double Angle(Tensor x, Tensor y) => Math.Acos(Math.Clamp((x * y).Sum().Item(), -1, 1));
    }
}
