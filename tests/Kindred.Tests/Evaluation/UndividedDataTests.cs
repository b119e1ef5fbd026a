using Kindred.Data.Sources;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Tests.Embeddings;

namespace Kindred.Tests.Evaluation;

/// <summary>Data that come without a test part, or without labels: what can be measured is, and the rest says why not.</summary>
public sealed class UndividedDataTests(SmallRuns runs) : IClassFixture<SmallRuns>
{
    EvaluationReport Run(string protocol, string? data, string kind = "pictures", string? options = null)
    {
        using var experiment = TrainedRun.Open(runs.Run(kind));
        var request = new EvaluationRequest(protocol, data, Options: options is null ? null : (RecipeMap)RecipeReader.Read(options, "x"));
        var report = Evaluations.Run(experiment, request);
        // What a protocol says beforehand that it gives.
        Assert.Subset(Evaluations.MetricsOf(request)!.ToHashSet(), report.Metrics.Keys.ToHashSet());
        return report;
    }

    static int Samples(EvaluationReport report, string part) => report.Settings["parts"]![part]!["samples"]!.GetValue<int>();

    [Theory]
    [InlineData("geometry", "uniformity")]
    [InlineData("copy-retrieval", "r1")]
    [InlineData("clustering", "silhouette")]
    public void What_needs_no_labels_looks_at_a_whole_flat_folder(string protocol, string metric)
    {
        var report = Run(protocol, $"folder:{runs.At("flat")}");
        Assert.True(double.IsFinite(report.Metrics[metric]));
        Assert.Equal(30, Samples(report, "test"));
        Assert.Equal(12, Samples(Run(protocol, $"folder:{runs.At("flat")}?held=0.4"), "test"));
    }

    [Theory]
    [InlineData("knn", "{ k: 3 }")]
    [InlineData("linear", "{ l2: [0.1] }")]
    public void What_learns_from_labels_holds_a_fifth_out_the_same_each_time(string protocol, string options)
    {
        var report = Run(protocol, null, options: options);
        Assert.Equal((32, 8), (Samples(report, "train"), Samples(report, "test")));
        Assert.Equal(report.Metrics, Run(protocol, null, options: options).Metrics);
        Assert.Contains("held=0.2", report.Settings["parts"]!["test"]!["uri"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal((20, 20), (Samples(Run(protocol, $"folder:{runs.At("own")}?held=0.5", options: options), "train"), 20));

        using var kept = PictureSources.Open($"folder:{runs.At("own")}?hold=0.2");
        using var held = PictureSources.Open($"folder:{runs.At("own")}?held=0.2");
        Assert.Equal(40, Enumerable.Range(0, 32).Select(kept.Name).Union(Enumerable.Range(0, 8).Select(held.Name)).Count());
    }

    [Theory]
    [InlineData("knn")]
    [InlineData("linear")]
    [InlineData("linear-sgd")]
    [InlineData("fine-tune")]
    [InlineData("folds")]
    [InlineData("corruption")]
    [InlineData("retrieval")]
    [InlineData("low-shot")]
    public void Without_labels_that_is_what_is_said_and_how_to_give_some(string protocol)
    {
        var message = Assert.Throws<DataException>(() => Run(protocol, $"folder:{runs.At("flat")}")).Message;
        Assert.Contains("has no labels", message, StringComparison.Ordinal);
        Assert.Contains("?labels=FILE.csv", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clusters_without_labels_say_how_apart_they_are_and_that_there_are_no_labels()
    {
        var report = Run("clustering", $"folder:{runs.At("flat")}", options: "{ clusters: 3 }");
        Assert.Equal(["clusters", "evenness", "largest", "silhouette"], report.Metrics.Keys.Order());
        Assert.Equal(3, report.Metrics["clusters"]);
        Assert.InRange(report.Metrics["silhouette"], -1, 1);
        Assert.StartsWith("no labels", report.Settings["agreement"]!.GetValue<string>());
        Assert.Equal(100, Run("clustering", $"folder:{runs.At("flat")}", options: "{ clusters: 1 }").Metrics["largest"]);
        var labelled = Run("clustering", null);
        Assert.True(labelled.Metrics.ContainsKey("nmi") && !labelled.Metrics.ContainsKey("silhouette"));
        Assert.Null(labelled.Settings["agreement"]);
    }

    /// <summary>Labels of some pictures, by any of the ways to give them, serve every protocol that learns from labels.</summary>
    [Theory]
    [InlineData("knn", "{ k: 3 }")]
    [InlineData("linear", "{ l2: [0.1] }")]
    [InlineData("low-shot", "{ k: [2], draws: 2 }")]
    [InlineData("linear-sgd", "{ epochs: 1, batch: 4, learningRate: [0.1] }")]
    [InlineData("fine-tune", "{ epochs: 1, batch: 4, labels: 1 }")]
    [InlineData("folds", "{ count: 2 }")]
    [InlineData("clustering", "{}")]
    [InlineData("retrieval", "{}")]
    public void A_few_labels_are_enough(string protocol, string options)
    {
        var labels = string.Concat(Enumerable.Range(0, 20).Where(i => i % 5 != 4).Select(i => $"p{i:00}.png,{(i % 2 == 0 ? "even" : "odd")}\n"));
        File.WriteAllText(runs.At("few.csv"), $"path,label\n{labels}");
        var rows = string.Concat(Enumerable.Range(0, 30).Select(i => $"flat/p{i:00}.png,{(i >= 20 || i % 5 == 4 ? "" : i % 2 == 0 ? "even" : "odd")}\n"));
        File.WriteAllText(runs.At("all.csv"), $"file,class\n{rows}");
        var parts = string.Concat(Enumerable.Range(0, 30).Select(i => $"{(i % 3 == 0 ? "test" : "train")},flat/p{i:00}.png,{(i % 5 == 4 ? "" : i % 2 == 0 ? "even" : "odd")}\n"));
        File.WriteAllText(runs.At("parts.csv"), $"split,path,label\n{parts}");
        foreach (var data in new[] { $"folder:{runs.At("flat")}?labels={runs.At("few.csv")}", $"list:{runs.At("all.csv")}", $"list:{runs.At("all.csv")}?held=0.4", $"list:{runs.At("parts.csv")}" })
            Assert.All(Run(protocol, data, options: options).Metrics.Where(m => m.Key != "validation"), m => Assert.True(double.IsFinite(m.Value), $"{data}: {m.Key} is {m.Value}"));
        Assert.Equal(10, Samples(Run("geometry", $"list:{runs.At("parts.csv")}"), "test"));
    }

    [Fact]
    public void A_part_in_which_nothing_is_labelled_says_so()
    {
        var rows = string.Concat(Enumerable.Range(0, 12).Select(i => $"{(i < 4 ? "test" : "train")},flat/p{i:00}.png,{(i < 4 ? "" : i % 2 == 0 ? "even" : "odd")}\n"));
        File.WriteAllText(runs.At("bare.csv"), $"split,path,label\n{rows}");
        Assert.Contains("no labels among the 4 samples", Assert.Throws<DataException>(() => Run("knn", $"list:{runs.At("bare.csv")}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_class_is_no_lack_of_labels()
    {
        for (var i = 0; i < 6; i++) SmallRuns.Picture(runs.At($"single/same/{i}.png"), i, 30);
        Assert.Contains("one class", Assert.Throws<DataException>(() => Run("knn", $"folder:{runs.At("single")}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sound_in_one_folder_is_looked_at_as_a_whole_and_cannot_be_divided()
    {
        for (var i = 0; i < 4; i++) File.Copy(runs.At($"sound/{i % 2}_ann_{i}.wav"), runs.At($"noises/n{i}.wav"), overwrite: true);
        Assert.Equal(4, Samples(Run("geometry", $"audio:{runs.At("noises")}", "sound"), "test"));
        Assert.Contains("parts train and test", Assert.Throws<DataException>(() => Run("knn", $"audio:{runs.At("noises")}", "sound")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train/a train/b test/a test/b", true)]
    [InlineData("train/a val/a", false)]
    [InlineData("a b", false)]
    [InlineData("", false)]
    public void Folders_are_divided_by_both_names(string folders, bool divided)
    {
        var root = runs.At($"d{folders.Length}{divided}/x")[..^2];
        foreach (var folder in folders.Split(' ')) SmallRuns.Picture(Path.Combine(Directory.CreateDirectory(Path.Combine(root, folder)).FullName, "p.png"), 1, 2);
        Assert.Equal(divided, PictureSources.Divided($"folder:{root}"));
        Assert.Equal(divided, PictureSources.Divided(root));
    }
}
