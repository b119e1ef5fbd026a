using Kindred.Data.Pictures;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Torch;

namespace Kindred.Tests.Runs;

/// <summary>What a run has learnt is opened, evaluated and used when the data that it learnt from are gone.</summary>
public sealed class StandsAloneTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-alone-").FullName;

    string Run => Path.Combine(folder, "run");

    public StandsAloneTests()
    {
        foreach (var part in new[] { "own", "other" })
            foreach (var (kind, shade) in new[] { ("dark", 20), ("light", 120), ("odd", 70) })
                for (var i = 0; i < 8; i++) Write(Directory.CreateDirectory(Path.Combine(folder, part, part == "other" ? "test" : "", kind)).FullName, i, shade);
    }

    [Theory]
    [InlineData("method: instdisc\noptions: { negatives: 4, dim: 8 }")]      // a memory bank has a row a sample
    [InlineData("method: supervised")]                                       // a classifier has an output a class
    [InlineData("method: cmc\noptions: { negatives: 4, dim: 8 }")]           // several encoders, built for other channels
    public void A_run_is_evaluated_and_encodes_without_its_data(string method)
    {
        Train(method);
        Directory.Delete(Path.Combine(folder, "own"), recursive: true);

        using var experiment = TrainedRun.Open(Run);
        Assert.Equal(["dark", "light", "odd"], experiment.Data.Classes);
        Assert.Equal(24, experiment.Data.Count);
        var report = Evaluations.Run(experiment, new EvaluationRequest("geometry", Data: $"folder:{Path.Combine(folder, "other")}"));
        Assert.True(double.IsFinite(report.Metrics["uniformity"]));

        using var scope = Scope.Open();
        using var other = DataKinds.Open(experiment.Recipe, $"folder:{Path.Combine(folder, "other")}", experiment.Assets);
        experiment.Method.Eval();
        foreach (var raw in other.Plain(24)) Assert.Equal(24, NoGradient.Of(() => ((IEncodes)experiment.Method).Features(raw.Tensors().Views[0])).Size(0));
    }

    [Fact]
    public void What_needs_the_data_says_that_they_are_gone()
    {
        Train("method: supervised");
        Directory.Delete(Path.Combine(folder, "own"), recursive: true);
        using var experiment = TrainedRun.Open(Run);
        Assert.Contains(Path.Combine(folder, "own"), Assert.Throws<DataException>(() => Evaluations.Run(experiment, new EvaluationRequest("knn"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Facts_that_cannot_be_read_are_named()
    {
        Train("method: supervised");
        File.WriteAllText(Path.Combine(Run, "facts-0.json"), "{ \"samples\": ");
        Assert.Contains("facts-0.json", Assert.Throws<DataException>(() => TrainedRun.Open(Run)).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(Run, "facts-0.json"));
        using var experiment = TrainedRun.Open(Run);                         // as runs of earlier versions are opened: with their data
        Assert.Equal(24, experiment.Data.Count);
    }

    void Train(string method)
    {
        var recipe = Recipe.Parse($$"""
            {{method}}
            data: "folder:{{Path.Combine(folder, "own")}}"
            encoder: { name: convnet, width: 4 }
            views: [{ name: global, count: 2, of: [{ crop: { size: 12, scale: [0.5, 1] } }], normalize: half }]
            train: { epochs: 1, batch: 8, workers: 1, precision: fp32, optimizer: { name: sgd, learningRate: 0.01 } }
            """, "alone", binder: Parts.Binder);
        new TrainingRun(recipe, new RunOptions { Folder = Run }, null, _ => { }).Run();
    }

    static void Write(string into, int number, int shade)
    {
        var random = new Random(number + shade);
        var picture = new Picture(16, 16, 3);
        foreach (ref var pixel in picture.Pixels.AsSpan()) pixel = (byte)(shade + random.Next(100));
        PngWriter.Write(Path.Combine(into, $"{number}.png"), picture);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
