using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Information;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Tests.Modalities;

/// <summary>Pairs of vectors by address: drawn from laws, and columns of tables.</summary>
public sealed class ColumnModalityTests : IDisposable
{
    readonly Scope scope = Scope.Open();
    readonly string folder = Directory.CreateTempSubdirectory("kindred-columns-").FullName;

    public void Dispose()
    {
        scope.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    static PairData Open(string uri, int batch = 8, ulong seed = 0) => (PairData)new ColumnModality().Open(new(uri, [], Batch: batch, Seed: seed));

    static double[] X(IData data, int epoch) => Host.Numbers(data.Batches(epoch, 0, null, default).First().Tensors().View("x").X);

    [Fact]
    public void Every_epoch_draws_fresh_pairs_and_the_same_epoch_the_same_ones()
    {
        using var data = Open("columns:gaussian?dim=3&rho=0.9&n=64");
        Assert.Equal(X(data, 0), X(data, 0));
        Assert.NotEqual(X(data, 0), X(data, 1));
        using var other = Open("columns:gaussian?dim=3&rho=0.9&n=64", seed: 1);
        Assert.NotEqual(X(data, 0), X(other, 0));
        Assert.Equal((3, 3), ((int)data.Inputs["x.features"], (int)data.Inputs["y.features"]));
    }

    [Fact]
    public void What_is_held_out_is_the_same_for_every_seed_of_a_training_and_no_epoch_draws_it()
    {
        double[] Held(string split, ulong seed)
        {
            using var data = Open($"columns:gaussian?dim=1&n=64&split={split}", seed: seed);
            return Host.Numbers(data.All().View("x").X);
        }
        Assert.Equal(Held("test", 0), Held("test", 7));
        Assert.Empty(Held("test", 0).Intersect(Held("validation", 0)));
        using var train = Open("columns:gaussian?dim=1&n=64", 64);
        for (var epoch = 0; epoch < 5; epoch++) Assert.Empty(Held("test", 0).Intersect(X(train, epoch)));
    }

    [Fact]
    public void Drawn_pairs_correlate_as_their_law_says()
    {
        using var data = Open("columns:gaussian?dim=1&rho=-0.8&n=20000");
        var all = data.All();
        Assert.Equal(-0.8, (all.View("x").X * all.View("y").X).Mean().Item(), 0.03);
        Assert.Equal(-0.5 * Math.Log(1 - 0.64), data.Truth!.Value, 1e-12);
    }

    [Fact]
    public void A_noisy_function_tells_as_much_as_its_noise_leaves_whatever_correlation_says()
    {
        // A little noise: h(Y) is that of the uniform, ln 2.
        Assert.Equal(Math.Log(2) - (0.5 * Math.Log(Math.Tau * Math.E * 1e-4)), new NoisyFunction(NoisyFunction.Kind.Linear, 0.01).MutualInformation, 0.02);
        foreach (var f in Enum.GetValues<NoisyFunction.Kind>())
        {
            var falling = new[] { 0.1, 0.3, 0.9, 3 }.Select(s => new NoisyFunction(f, s).MutualInformation).ToArray();
            Assert.Equal(falling.OrderDescending(), falling);
            Assert.InRange(falling[^1], 0, 0.06);
        }
        using var data = Open("columns:noisy?f=sine&sigma=0.3&n=20000");
        var (x, y) = (data.All().View("x").X, data.All().View("y").X);
        Assert.InRange(Math.Abs((x * y).Mean().Item() / Math.Sqrt(x.Square().Mean().Item() * y.Square().Mean().Item())), 0, 0.25);
        Assert.True(data.Truth > 0.7);
    }

    [Fact]
    public void Columns_of_a_table_come_as_pairs_each_row_in_one_part()
    {
        var file = Path.Combine(folder, "t.csv");
        File.WriteAllLines(file, ["a,b,c", .. Enumerable.Range(0, 100).Select(i => $"{i},{2 * i},{-i}")]);
        var seen = new List<double>();
        foreach (var (split, count) in new[] { ("train", 60), ("validation", 20), ("test", 20) })
        {
            using var data = Open($"columns:{file}?x=a&y=b,c&split={split}");
            var all = data.All();
            Assert.Equal((count, 1L, 2L), (data.Count, all.View("x").X.Size(1), all.View("y").X.Size(1)));
            Assert.Equal(Host.Numbers(all.View("x").X), Host.Numbers(all.View("y").X.Select(1, 0)));            // a and b have one order, c the other way round
            Assert.Equal(Host.Numbers(all.View("x").X), Host.Numbers(-all.View("y").X.Select(1, 1)).Select(v => v), (u, v) => Math.Abs(u - v) < 0.2);
            seen.AddRange(Host.Numbers(all.View("x").X));
        }
        Assert.Equal(100, seen.Distinct().Count());
    }

    [Fact]
    public void A_changed_table_is_noticed()
    {
        var file = Path.Combine(folder, "t.csv");
        File.WriteAllLines(file, Enumerable.Range(0, 100).Select(i => $"{i},{i % 7}"));
        SampleStamp Stamp()
        {
            using var data = Open($"columns:{file}?x=1&y=2");
            return ((IData)data).Stamps().Single();
        }
        var before = Stamp();
        Assert.Equal(before, Stamp());
        File.AppendAllLines(file, ["100,3"]);
        Assert.NotEqual(before, Stamp());
    }

    [Theory]
    [InlineData("columns:gaussian?dim=0", "dim=0; expected is a whole number from 1")]
    [InlineData("columns:gaussian?rho=1", "rho=1; expected is a number above -1 and below 1")]
    [InlineData("columns:gaussian?sigma=1", "'sigma' is not known here")]
    [InlineData("columns:gaussian?n=4", "do not fill a batch of 8")]
    [InlineData("columns:gaussian?split=half", "expected is train, validation or test")]
    [InlineData("columns:noisy?f=sin", "expected is linear, cubic, sine")]
    [InlineData("columns:noisy?sigma=0", "above 0.001")]
    [InlineData("columns:", "expected is a table")]
    [InlineData("columns:table.csv", "say which columns are x and which are y")]
    [InlineData("columns:table.csv?x=1&y=2&scale=log", "expected is ranks or standard")]
    public void A_wrong_address_says_what_was_expected(string uri, string expected) =>
        Assert.Contains(expected, Assert.Throws<ConfigurationException>(() => Open(uri)).Message, StringComparison.Ordinal);

    [Fact]
    public void Views_of_a_recipe_make_no_sense_for_pairs()
    {
        var recipe = Recipe.Parse("{ method: mine, data: 'columns:gaussian', views: [{ name: x }] }", "r.yaml", binder: Parts.Binder);
        Assert.Contains("leave views and plain out", Assert.Throws<ConfigurationException>(() => RecipeCheck.Refuse(recipe)).Message, StringComparison.Ordinal);
    }
}
