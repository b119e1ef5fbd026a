using Kindred.Data.Pictures;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Torch;

namespace Kindred.Tests.Evaluation;

/// <summary>What <c>eval stacked-modes</c> counts of generators whose modes are known.</summary>
public sealed class StackedModesTests : IDisposable
{
    const int Side = 12;

    readonly string folder = Directory.CreateTempSubdirectory("kindred-stacked-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // Dark and light grey pictures with noise: two "digits", eight kinds of stacks.
    string Pictures()
    {
        foreach (var part in new[] { "train", "test" })
            foreach (var (kind, shade) in new[] { ("dark", 20), ("light", 140) })
                for (var i = 0; i < 20; i++)
                {
                    var random = new Random((part.Length * 1000) + i + shade);
                    var picture = new Picture(Side, Side, 1);
                    foreach (ref var pixel in picture.Pixels.AsSpan()) pixel = (byte)(shade + random.Next(60));
                    PngWriter.Write(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, part, kind)).FullName, $"{i}.png"), picture);
                }
        return $"folder:{folder}";
    }

    // Draws stacks whose three digits (0 dark, 1 light) are the bits of a kind.
    sealed class Known(Func<int, int> kind, int dark = 20, int light = 140) : Method, IGenerates
    {
        protected override Tensor Step(Batch batch, Progress at) => throw new NotSupportedException();

        public View Generate(int count)
        {
            var random = new Random(count);
            var values = new float[count * 3 * Side * Side];
            for (var i = 0; i < values.Length; i++)
            {
                var (sample, colour) = (i / (3 * Side * Side), i / (Side * Side) % 3);
                values[i] = (((((kind(sample) >> (2 - colour)) & 1) == 0 ? dark : light) + random.Next(60)) / 127.5f) - 1;
            }
            return new View(Tensor.From<float>(values, [count, 3, Side, Side]), "generated.0");
        }
    }

    sealed class Nothing : IEncodes
    {
        public Tensor Features(View view) => throw new NotSupportedException();
    }

    static IReadOnlyDictionary<string, double> Measure(string uri, Method method)
    {
        var recipe = Recipe.Parse($$"""
            method: gan
            data: "{{uri}}"
            views: [{ name: global, size: 12, of: [], normalize: half }]
            train: { epochs: 1, batch: 16, precision: fp32, workers: 1 }
            """, "made", binder: Parts.Binder).First;
        var subject = new Subject(new Nothing(), "h", Device.Cpu, uri, wanted => DataKinds.Open(recipe, wanted)) { Network = new Network(method, Device.Cpu, 0, _ => method) };
        using var _ = NoGradient.Begin();
        return new StackedModes(Samples: 400, Epochs: 14).Evaluate(subject);
    }

    [Fact]
    public void Kinds_that_a_generator_makes_are_counted_and_no_others()
    {
        var uri = Pictures() + "?stacked=160";
        var all = Measure(uri, new Known(i => i % 8));
        var two = Measure(uri, new Known(i => i % 2 == 0 ? 3 : 6));
        var one = Measure(uri, new Known(_ => 5));
        Assert.Equal(100, all["told"], 1e-9);
        Assert.Equal((8, 8), (all["of"], all["modes"]));
        Assert.Equal(0, all["kl"], 1e-9);
        Assert.Equal((2, 1), (two["modes"], one["modes"]));
        Assert.Equal(Math.Log(4), two["kl"], 1e-9);
        Assert.Equal(Math.Log(8), one["kl"], 1e-9);
        // What lies between the two is named something too, but not surely.
        var murky = Measure(uri, new Known(i => i % 8, 75, 85));
        Assert.True(all["sure"] > murky["sure"] + 20, $"{all["sure"]} beside {murky["sure"]}");
        Assert.True(murky["sure_modes"] <= murky["modes"]);
    }

    [Fact]
    public void Data_that_are_not_stacked_and_methods_that_draw_none_are_refused()
    {
        var uri = Pictures();
        Assert.Contains("stacked=", Assert.Throws<ConfigurationException>(() => Measure(uri, new Known(_ => 0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gan_of_stacks_draws_pictures_of_three_colours()
    {
        var run = Path.Combine(folder, "run");
        new TrainingRun(Recipe.Parse($$"""
            method: mine-gan
            data: "{{Pictures()}}?split=train&stacked=64"
            options: { noise: 4, code: 2, hidden: 8 }
            views: [{ name: global, size: 12, of: [], normalize: half }]
            train: { epochs: 1, batch: 16, precision: fp32, workers: 1, optimizer: { generator: { name: adam }, discriminator: { name: adam }, statistics: { name: adam } } }
            evaluate: [{ name: stacked-modes, samples: 100, epochs: 1 }]
            """, "made", binder: Parts.Binder), new RunOptions { Folder = run }, null, _ => { }).Run();
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(run, "samples")));
        using var trained = TrainedRun.Open(run);
        var report = Evaluations.Run(trained, new("stacked-modes", Options: RecipeReader.ReadMap("{ samples: 100, epochs: 1 }", "made")));
        Assert.InRange(report.Metrics["modes"], 1, 8);
    }
}
