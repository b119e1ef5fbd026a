using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Torch;

namespace Kindred.Tests.Runs;

/// <summary>Evaluations while training: training does not notice, the best state is kept beside the last, and a run that was stopped says the same.</summary>
public sealed class BestStateTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-best-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    const string Graphs = "method: graphcl\ndata: \"motifs:32\"\nencoder: { name: gin, width: 4, depth: 1 }\n"
        + "views: [{ name: whole }, { name: changed, of: [{ one-of: { share: 0.1 } }] }]\n"
        + "train: { epochs: 3, batch: 8, precision: fp32, logEvery: 1 }\nevaluate: [{ folds: { count: 2, l2: [0.1] } }]";

    const string Points = "method: nce\ndata: \"points:gaussian?n=64&dim=1\"\noptions: { noise: 2 }\nencoder: { name: moments }\n"
        + "train: { epochs: 3, batch: 16, precision: fp32 }\nevaluate: [{ density: { cells: 50 } }]";

    const string Columns = "method: infonce\ndata: \"columns:gaussian?dim=2&rho=0.5&n=64\"\ntrain: { steps: 12, batch: 16, precision: fp32 }\nevaluate: [information]";

    const string Sentences = "method: simcse\nencoder: { name: bert, width: 8, depth: 1, heads: 2 }\ntrain: { epochs: 3, batch: 8, precision: fp32 }\nevaluate: [{ geometry: { samples: 32 } }]";

    Recipe Read(string yaml, params string[] changes) =>
        Recipe.Parse(yaml.StartsWith("method: simcse", StringComparison.Ordinal) ? $"{yaml}\ndata: \"text:{Written()}?vocabulary=60\"" : yaml, "made", [.. changes], binder: Parts.Binder);

    string Written()
    {
        var file = Path.Combine(folder, "lines.txt");
        if (!File.Exists(file)) File.WriteAllLines(file, Enumerable.Range(0, 32).Select(i => $"line {i} of words {i % 7} and {i % 5}"));
        return file;
    }

    RunSummary Train(string name, Recipe recipe, long? steps = null, Resume resume = Resume.Never, List<Evaluated>? told = null) =>
        new TrainingRun(recipe, new RunOptions { Folder = Path.Combine(folder, name), MaxSteps = steps, Resume = resume }, null, _ => { }) { Evaluated = told is null ? null : told.Add }.Run();

    string In(string run, string file) => Path.Combine(folder, run, file);

    JsonObject[] Lines(string run) => [.. File.ReadAllLines(In(run, "evaluations.jsonl")).Select(l => JsonNode.Parse(l)!.AsObject())];

    [Theory]
    [InlineData(Graphs, "folds.accuracy")]
    [InlineData(Points, "-density.error")]
    [InlineData(Columns, "information.nats")]
    [InlineData(Sentences, "-geometry.uniformity")]
    public void Training_does_not_notice_and_a_stopped_run_keeps_the_same_best(string yaml, string best)
    {
        string[] looking = ["train.evaluateEvery=3", $"train.best={best}"];
        var told = new List<Evaluated>();
        var plain = Train("plain", Read(yaml)).StateSha256;
        Assert.Equal(plain, Train("whole", Read(yaml, looking), told: told).StateSha256);
        Assert.Equal([0L, 3, 6, 9, 12], told.Select(t => t.Step));

        Train("halves", Read(yaml, looking), steps: 7);
        Assert.Equal(plain, Train("halves", Read(yaml, looking), resume: Resume.Auto).StateSha256);
        foreach (var file in new[] { "evaluations.jsonl", "checkpoints/best" }) Assert.Equal(File.ReadAllText(In("whole", file)), File.ReadAllText(In("halves", file)));

        var name = best.TrimStart('-');
        double Worth(double value) => best[0] == '-' ? -value : value;
        var most = told.Max(t => Worth(t.Metrics[name]));
        var first = told.First(t => Worth(t.Metrics[name]) == most);
        Assert.True(first.Best);
        Assert.Equal(told.Select(t => t.Metrics[name]), Lines("whole").Select(l => l[name]!.GetValue<double>()));

        // What the pointer names is the state that was looked at.
        using var opened = TrainedRun.Open(In("whole", "checkpoints/best"));
        var request = Evaluations.Requested(opened.Recipe)[0];
        Assert.Equal(first.Metrics[name], Evaluations.Run(opened, request).Metrics[name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]], 1e-6);
        Assert.StartsWith($"step-{first.Step:D9}", File.ReadAllText(In("whole", "checkpoints/best")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_best_is_kept_beside_those_that_keep_allows()
    {
        Train("run", Read(Points, "train.evaluateEvery=1", "train.best=-density.mass", "train.keep=1", "train.checkpointEvery=1"));
        var kept = Directory.GetDirectories(In("run", "checkpoints")).Select(Path.GetFileName).Order().ToArray();
        var best = File.ReadLines(In("run", "checkpoints/best")).First();
        Assert.Contains(best, kept);
        Assert.Contains("step-000000012", kept);
        Assert.InRange(kept.Length, 1, 2);
    }

    [Fact]
    public void Another_metric_makes_another_best()
    {
        Train("run", Read(Points, "train.evaluateEvery=3", "train.best=density.mass"), steps: 6);
        Train("run", Read(Points, "train.evaluateEvery=3", "train.best=density.likelihood"), resume: Resume.Auto);
        var pointer = File.ReadAllLines(In("run", "checkpoints/best"));
        Assert.Equal("phase 0: density.likelihood", pointer[2]);
        Assert.Contains(pointer[0], new[] { "step-000000009", "step-000000012" });
    }

    [Theory]
    [InlineData("train.best: density.error is never looked at", "train.best=density.error")]
    [InlineData("expected is PROTOCOL.METRIC", "train.best=error", "train.evaluateEvery=2")]
    [InlineData("does not evaluate 'densty' (did you mean 'density'?)", "train.best=densty.error", "train.evaluateEvery=2")]
    [InlineData("does not evaluate 'knn'; it evaluates density", "train.best=knn.accuracy", "train.evaluateEvery=2")]
    [InlineData("the recipe evaluates nothing", "evaluate=[]", "train.evaluateEvery=2")]
    public void What_cannot_be_kept_is_refused_before_anything_is_opened(string said, params string[] changes) =>
        Assert.Contains(said, Assert.Throws<ConfigurationException>(() => RecipeCheck.Refuse(Read(Points, changes))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_metric_that_the_protocol_does_not_give_is_refused_before_the_first_step()
    {
        var wrong = Assert.Throws<ConfigurationException>(() => Train("run", Read(Points, "train.evaluateEvery=2", "train.best=density.eror")));
        Assert.Contains("density gives no 'eror' (did you mean 'error'?); it gives mass, error, likelihood", wrong.Message, StringComparison.Ordinal);
        Train("run", Read(Points, "train.evaluateEvery=2", "train.best=-density.error"));              // the folder is as good as new
    }

    [Fact]
    public void A_mark_that_is_not_there_is_named()
    {
        Train("run", Read(Points));
        Assert.Contains("has no checkpoint 'best'; train.evaluateEvery and train.best keep one",
            Assert.Throws<DataException>(() => TrainedRun.Open(In("run", "checkpoints/best"))).Message, StringComparison.Ordinal);
    }
}
