using Kindred.Methods;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes InfoMin itself: two players, a generator that cannot or may lose colours, labels for a share.</summary>
public sealed class InfoMinTests
{
    static Kindred.Methods.InfoMin Make(Kindred.Methods.InfoMin.Options options, long seed = 1) =>
        Toy.Build(() => new Kindred.Methods.InfoMin(channels => new TinyEncoder(channels ?? 3), Toy.Facts, options), seed);

    static Kindred.Methods.InfoMin.Options Small => new(Hidden: 4, Blocks: 3, Temperature: 0.5, Dim: 8);

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(7)]
    public void A_flow_begins_as_the_identity_and_never_changes_a_volume(int blocks)
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Make(Small with { Blocks = blocks });
        var x = data.Batch().Views[0];
        Assert.Equal(x.X.ToArray<float>(), method.Colours(x).ToArray<float>());

        foreach (var p in method.Players["generator"].Parameters()) p.Set(p.Value + 0.3 * p.Value.OnesLike());
        // The Jacobian of one pixel's map by differences: its determinant is 1.
        var pixel = Tensor.From<double>([0.2, -0.4, 0.7], [1, 3, 1, 1]);
        method.To(dtype: Dtype.Float64);
        double[] At(int channel, double by)
        {
            double[] values = [0.2, -0.4, 0.7];
            values[channel] += by;
            return NoGradient.Of(() => method.Colours(Tensor.From<double>(values, [1, 3, 1, 1]))).ToArray<double>();
        }
        var j = new double[3, 3];
        for (var c = 0; c < 3; c++)
            for (var r = 0; r < 3; r++) j[r, c] = (At(c, 1e-6)[r] - At(c, -1e-6)[r]) / 2e-6;
        var determinant = (j[0, 0] * ((j[1, 1] * j[2, 2]) - (j[1, 2] * j[2, 1]))) - (j[0, 1] * ((j[1, 0] * j[2, 2]) - (j[1, 2] * j[2, 0]))) + (j[0, 2] * ((j[1, 0] * j[2, 1]) - (j[1, 1] * j[2, 0])));
        Assert.Equal(1, determinant, 1e-6);
        Assert.NotEqual(pixel.ToArray<double>(), NoGradient.Of(() => method.Colours(pixel)).ToArray<double>());
    }

    [Fact]
    public void The_players_want_the_opposite_of_one_number()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Make(Small);
        var turns = method.Turns(data.Batch(), default).ToArray();
        Assert.Equal(["encoders", "generator"], turns.Select(t => t.Player));
        var (nce, information) = (turns[0].Losses.Single()().Item(), turns[1].Losses.Single()().Item());
        Assert.Equal(Math.Log(8) - nce, information, 1e-5);
        Assert.Equal(information, method.TakeLog()["information"], 1e-5);
        Assert.Empty(method.Players["encoders"].Parameters().Intersect(method.Players["generator"].Parameters()));
    }

    [Fact]
    public void The_generator_s_turn_leaves_the_encoders_running_averages_alone()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Make(Small);
        string Averages() => string.Join(' ', method.State().Where(s => s.Path.Contains("running", StringComparison.Ordinal)).SelectMany(s => s.State.Value.ToArray<float>()));
        var turns = method.Turns(data.Batch(), default).ToArray();
        turns[0].Losses.Single()();
        var before = Averages();
        turns[1].Losses.Single()();
        Assert.Equal(before, Averages());
    }

    [Fact]
    public void A_share_of_the_labels_is_drawn_once_class_by_class_and_only_they_count()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Make(Small with { Labels = 0.25 });
        Generator.Default.Seed(3);
        method.BeginEpoch(new(new(0, 2, 0, 8), data));
        var known = Toy.State(method, "labelled").ToArray<long>();
        Assert.All(Enumerable.Range(0, 4), c => Assert.Equal(2, Enumerable.Range(0, 32).Count(i => i % 4 == c && known[i] == 1)));
        method.BeginEpoch(new(new(1, 2, 4, 8), data));
        Assert.Equal(known, Toy.State(method, "labelled").ToArray<long>());

        double Generated(Batch batch) => method.Turns(batch, default).ToArray()[1].Losses.Single()().Item();
        var batch = data.Batch();
        long[] labels = batch.Labels!.ToArray<long>(), index = batch.Index.ToArray<long>();
        Batch With(bool whose) => batch with { Labels = Tensor.From<long>([.. labels.Select((l, i) => (known[index[i]] == 1) == whose ? (l + 1) % 4 : l)]) };
        var loss = Generated(batch);
        Assert.Equal(loss, Generated(With(whose: false)), 1e-6);          // what is not known may be anything
        Assert.NotEqual(loss, Generated(With(whose: true)), 1e-6);
    }

    [Fact]
    public void Without_a_generator_it_is_contrast_of_one_channel_with_two()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Make(Small with { Generator = Kindred.Methods.InfoMin.GeneratorKind.None });
        Assert.Equal(["encoders"], method.Players.Keys);
        var view = data.Batch().Views[0];
        Assert.Equal(12, method.Features(view).Size(1));                   // two encoders of six
        method.Eval();
        var z = NoGradient.Of(() => method.Embeddings(view));
        var expected = InfoNce.InBatch(z.Narrow(1, 0, 8), z.Narrow(1, 8, 8), 0.5, symmetric: true).Item();
        Assert.Equal(expected, Toy.Loss(method, data.Batch()).Item(), 1e-5);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        Assert.Throws<ConfigurationException>(() => Make(Small with { Generator = Kindred.Methods.InfoMin.GeneratorKind.None, Labels = 0.1 }));
        Assert.Throws<DataException>(() => Toy.Build(() => new Kindred.Methods.InfoMin(c => new TinyEncoder(c ?? 3), DataFacts.None, Small with { Labels = 0.1 })));
        var grey = data.Batch().Views[0];
        Assert.Contains("three channels", Assert.Throws<ConfigurationException>(() =>
            Make(Small with { Generator = Kindred.Methods.InfoMin.GeneratorKind.None }).Features(grey.With(grey.X.Narrow(1, 0, 1)))).Message, StringComparison.Ordinal);
    }
}
