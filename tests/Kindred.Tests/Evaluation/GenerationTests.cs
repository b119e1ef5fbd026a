using Kindred.Data.Pictures;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Torch;

namespace Kindred.Tests.Evaluation;

/// <summary>What <c>eval generation</c> makes of good and bad generators, and a small ContraGAN from its first step to the sheet of its samples.</summary>
public sealed class GenerationTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-generation-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    const int Side = 16;

    // Dark and light pictures with noise.
    string Pictures()
    {
        foreach (var (part, many) in new[] { ("train", 48), ("test", 40) })
            foreach (var (kind, shade) in new[] { ("dark", 20), ("light", 140) })
                for (var i = 0; i < many / 2; i++)
                {
                    var random = new Random((part.Length * 1000) + i + shade);
                    var picture = new Picture(Side, Side, 3);
                    foreach (ref var pixel in picture.Pixels.AsSpan()) pixel = (byte)(shade + random.Next(90));
                    PngWriter.Write(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "pictures", part, kind)).FullName, $"{i}.png"), picture);
                }
        return $"folder:{Path.Combine(folder, "pictures")}";
    }

    // Draws from the two classes' own distribution, or another.
    sealed class Known(Func<long, int> shade, int spread) : Method, IGeneratesClasses
    {
        public int Classes => 2;

        protected override Tensor Step(Batch batch, Progress at) => throw new NotSupportedException();

        public View Generate(int count) => Generate(Tensor.From<long>([.. Enumerable.Range(0, count).Select(i => (long)i % 2)]));

        public View Generate(Tensor labels)
        {
            var own = labels.ToArray<long>();
            var random = new Random(5 + own.Length);
            var values = new float[own.Length * 3 * Side * Side];
            for (var i = 0; i < values.Length; i++) values[i] = ((shade(own[i / (3 * Side * Side)]) + random.Next(spread)) / 127.5f) - 1;
            return new View(Tensor.From<float>(values, [own.Length, 3, Side, Side]), "generated.0");
        }
    }

    static Recipe Read(string uri) => Recipe.Parse($$"""
        method: contragan
        data: "{{uri}}?split=train"
        options: { width: 4, noise: 6, shared: 4, dim: 8, turns: 2, average: 0.5, averageFrom: 2 }
        views: [{ name: global, size: 16, of: [flip], normalize: half }]
        train: { epochs: 2, batch: 8, precision: fp32, workers: 1, optimizer: { discriminator: { name: adam, learningRate: 1e-3 }, generator: { name: adam, learningRate: 1e-3 } } }
        """, "made", binder: Parts.Binder);

    static IReadOnlyDictionary<string, double> Measure(string uri, Method method)
    {
        var recipe = Read(uri).First;
        var subject = new Subject(new Nothing(), "h", Device.Cpu, uri, wanted => DataKinds.Open(recipe, wanted)) { Network = new Network(method, Device.Cpu, 0, _ => method) };
        Generator.Default.Seed(0);
        using var _ = NoGradient.Begin();
        return new Generation(Epochs: 10).Evaluate(subject);
    }

    sealed class Nothing : IEncodes
    {
        public Tensor Features(View view) => throw new NotSupportedException();
    }

    [Fact]
    public void A_generator_that_draws_what_is_there_is_as_near_as_two_halves_and_one_that_does_not_is_told()
    {
        var uri = Pictures();
        var good = Measure(uri, new Known(label => label == 0 ? 20 : 140, 90));
        var swapped = Measure(uri, new Known(label => label == 0 ? 140 : 20, 90));
        var one = Measure(uri, new Known(_ => 20, 90));
        var noise = Measure(uri, new Known(_ => 0, 256));
        Assert.Equal(100, good["class_accuracy_real"], 1e-9);
        Assert.Equal(100, good["class_accuracy"], 1e-9);
        Assert.Equal(0, swapped["class_accuracy"], 1e-9);
        Assert.Equal(50, one["class_accuracy"], 1e-9);
        // The network of the protocol is the same every time, so the real halves are too.
        Assert.Equal(good["fid_real"], noise["fid_real"], 1e-9);
        Assert.True(good["fid"] < 3 * good["fid_real"], $"{good["fid"]} beside {good["fid_real"]}");
        Assert.Equal(good["fid"], swapped["fid"], 0.5 * good["fid_real"]);    // FID does not look at classes
        Assert.True(one["fid"] > 5 * good["fid"]);
        Assert.True(noise["fid"] > 5 * good["fid"]);
        Assert.InRange(good["inception_score"], one["inception_score"] + 0.01, 2);      // of two classes 2 is the most
        Assert.Equal(1, one["inception_score"], 0.01);
    }

    [Fact]
    public void A_small_training_leaves_sheets_of_its_samples_and_is_measured_by_its_own_or_another_network()
    {
        var (uri, run) = (Pictures(), Path.Combine(folder, "run"));
        new TrainingRun(Read(uri), new RunOptions { Folder = run }, null, _ => { }).Run();
        var sheets = Directory.GetFiles(Path.Combine(run, "samples")).Select(f => Path.GetFileName(f)!).Order().ToArray();
        Assert.Equal(new[] { "step-00000006.png", "step-00000012.png" }, sheets);      // after the first epoch, and at the end

        using var experiment = TrainedRun.Open(run);
        var report = Evaluations.Run(experiment, new("generation", uri, Options: RecipeReader.ReadMap("{ epochs: 2, samples: 20 }", "made")));
        Assert.Equal(["fid", "fid_mean_term", "fid_real", "inception_score", "class_accuracy", "class_accuracy_real"], report.Metrics.Keys);
        Assert.All(report.Metrics.Values, v => Assert.True(double.IsFinite(v) && v >= 0));
        report.Save(run);
        Assert.True(File.Exists(Path.Combine(run, "eval", "samples.png")));
        Assert.Equal(report.ToString(), Evaluations.Run(experiment, new("generation", uri, Options: RecipeReader.ReadMap("{ epochs: 2, samples: 20 }", "made"))).ToString());

        var other = Path.Combine(folder, "other");
        var classifier = Recipe.Parse($$"""
            method: supervised
            data: "{{uri}}?split=train"
            encoder: { name: convnet, width: 4 }
            views: [{ name: global, size: 16, of: [flip], normalize: half }]
            train: { epochs: 2, batch: 8, precision: fp32, workers: 1 }
            """, "made", binder: Parts.Binder);
        new TrainingRun(classifier, new RunOptions { Folder = other }, null, _ => { }).Run();
        var by = Evaluations.Run(experiment, new("generation", uri, Options: RecipeReader.ReadMap($"{{ features: \"{other}\", samples: 20 }}", "made")));
        Assert.Equal(other, by.Settings["features"]!.GetValue<string>());
        Assert.NotEqual(report.Metrics["fid"], by.Metrics["fid"]);

        using var generatesNothing = TrainedRun.Open(other);
        Assert.Contains("for a method that draws samples", Assert.Throws<ConfigurationException>(() => Evaluations.Run(generatesNothing, new("generation", uri))).Message,
            StringComparison.Ordinal);
    }
}
