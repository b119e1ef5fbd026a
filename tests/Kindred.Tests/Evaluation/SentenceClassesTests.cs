using System.IO.Compression;
using Kindred.Data.Sources;
using Kindred.Data.Text;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;

namespace Kindred.Tests.Evaluation;

/// <summary>Labelled sentences by folds and by given parts, and triples out of pairs with a relation.</summary>
public sealed class SentenceClassesTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-classes-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static readonly string[] things = ["dog", "cat", "car", "house", "tree", "river"];

    // Good or bad by one word; the last part names the classes in another order.
    void Write(string name, int count, Func<int, string> label, bool packed = false)
    {
        var text = "label\tsentence\n" + string.Concat(Enumerable.Range(0, count).Select(i => $"{label(i)}\tthe {things[i % 6]} is {(i % 2 == 0 ? "good" : "bad")} and {things[i / 2 % 6]}\n"));
        var file = Path.Combine(folder, "sets", name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        if (!packed) File.WriteAllText(file, text);
        else
        {
            using var gzip = new GZipStream(File.Create(file), CompressionLevel.Fastest);
            gzip.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }
    }

    Experiment Made()
    {
        Write("learn.txt", 40, _ => "x");
        var recipe = Recipe.Parse($"method: simcse\ndata: \"text:{Path.Combine(folder, "sets", "learn.txt")}?vocabulary=80\"\nencoder: {{ name: bert, width: 8, depth: 1, heads: 2 }}\n"
            + "train: { epochs: 1, batch: 8, precision: fp32 }", "made", binder: Parts.Binder);
        var experiment = Experiment.Build(recipe.First);
        File.Delete(Path.Combine(folder, "sets", "learn.txt"));
        return experiment;
    }

    EvaluationReport Run(Experiment experiment, string options, string? baseline = "words", string path = "") =>
        Evaluations.Run(experiment, new("senteval", $"text:{Path.Combine(folder, "sets")}{path}", Options: RecipeReader.ReadMap(options, "made"), Baseline: baseline));

    [Fact]
    public void Sets_of_one_file_are_folded_and_sets_of_parts_learn_from_one_and_are_tested_by_the_other()
    {
        using var experiment = Made();
        Write("one.tsv", 60, i => i % 2 == 0 ? "p" : "q");
        Write("two-train.tsv.gz", 40, i => i % 2 == 0 ? "p" : "q", packed: true);
        Write("two-dev.tsv", 10, i => "p");
        Write("two-test.tsv", 20, i => i % 2 == 0 ? "p" : i == 19 ? "a" : "q");
        var report = Run(experiment, "{ count: 5, l2: [0.001] }");
        Assert.Equal(100, report.Metrics["one"], 1e-6);
        Assert.Equal(50, report.Metrics["one_majority"], 1e-6);
        Assert.Equal(95, report.Metrics["two"], 1e-6);                       // a class that was never taught is never right
        Assert.Equal(97.5, report.Metrics["mean"], 1e-6);
        Assert.Equal(20, report.Settings["parts"]!["two test"]!["samples"]!.GetValue<int>());
        Assert.InRange(Run(experiment, "{ count: 5, l2: [0.001], sets: [one], most: 30 }", null).Metrics["one"], 0, 100);
        Assert.Equal(["one", "one_majority"], Run(experiment, "{ count: 5, l2: [0.001], sets: [one] }").Metrics.Keys);
    }

    [Fact]
    public void What_cannot_be_measured_is_named()
    {
        using var experiment = Made();
        Write("one.tsv", 60, i => i % 2 == 0 ? "p" : "q");
        Assert.Contains("there is no set 'onee' (did you mean 'one'?)", Assert.Throws<ConfigurationException>(() => Run(experiment, "{ sets: [onee] }")).Message, StringComparison.Ordinal);
        Write("two-train.tsv", 60, i => i % 2 == 0 ? "p" : "q");
        Assert.Contains("the set 'two' has a file of train", Assert.Throws<DataException>(() => Run(experiment, "{ sets: [two] }")).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "sets", "three.tsv"), "sentence\nno label\n");
        Assert.Contains("three.tsv: there are no labels", Assert.Throws<DataException>(() => Run(experiment, "{ sets: [three] }")).Message, StringComparison.Ordinal);
        Assert.Contains("are tables in a folder", Assert.Throws<ConfigurationException>(() => Evaluations.Run(experiment, new("senteval", "emoji"))).Message, StringComparison.Ordinal);
    }

    Sentences Triples(string text, string keys = "?triples=entailment")
    {
        var file = Path.Combine(folder, "pairs.tsv");
        File.WriteAllText(file, text);
        return TextFiles.Open(DataUri.Parse($"text:{file}{keys}"));
    }

    const string Header = "score\tsentence1\tsentence2\tentailment\n";

    [Fact]
    public void Pairs_with_a_relation_become_triples()
    {
        var set = Triples(Header + "4\ta\tb\tENTAILMENT\n1\tc\ta\tCONTRADICTION\n2\ta\td\tneutral\n5\te\tf\tentailment\n1\ta\tg\tcontradiction\n");
        Assert.Equal(["anchor", "positive", "negative"], set.Columns);
        Assert.Equal([["a", "b", "c"], ["a", "b", "g"]], set.Rows);           // either contradicts the other; e has no contradiction
    }

    [Theory]
    [InlineData(Header + "4\ta\tb\tENTAILS\n", "pairs.tsv, line 2: 'ENTAILS' is no relation")]
    [InlineData(Header + "4\ta\tb\n", "pairs.tsv, line 2: 3 columns")]
    [InlineData(Header + "4\ta\tb\tentailment\n", "so that there is no triple")]
    public void Pairs_that_give_no_triple_are_refused_with_their_line(string text, string said) =>
        Assert.Contains(said, Assert.Throws<DataException>(() => Triples(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Triples_want_a_column_that_is_there() =>
        Assert.Contains("pairs.tsv has no such column", Assert.Throws<ConfigurationException>(() => Triples(Header + "4\ta\tb\tentailment\n", "?triples=gold")).Message, StringComparison.Ordinal);
}
