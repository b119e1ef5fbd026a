using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kindred.Cli.Tests;

/// <summary><c>kindred runs</c> end to end.</summary>
public sealed class RunsVerbTests(TinyRuns tiny) : IClassFixture<TinyRuns>
{
    [Fact]
    public void The_list_says_how_each_run_stands()
    {
        var runs = Json("runs", "ls", tiny.Runs, "--sort", "name").EnumerateArray().ToArray();
        Assert.Equal([("first", "finished", 8), ("second", "finished", 12), ("stopped", "stopped", 2)],
            runs.Select(r => (r.GetProperty("name").GetString()!, r.GetProperty("state").GetString()!, r.GetProperty("steps").GetInt32())));
        Assert.All(runs, r => Assert.True(r.GetProperty("bytes").GetInt64() > 1000));
        Assert.Equal(tiny.First.GetProperty("loss").GetDouble(), runs[0].GetProperty("loss").GetDouble(), 1e-3);
        Assert.True(runs[0].GetProperty("evaluations").GetProperty("knn.accuracy").GetDouble() >= 0);

        var table = Output("runs", "ls", tiny.Runs);
        Assert.Contains("2/2", table, StringComparison.Ordinal);
        Assert.Contains("knn.accuracy", table, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_filtered_and_sorted()
    {
        Assert.Equal([tiny.Run("stopped")], Lines("runs", "ls", tiny.Runs, "--names", "--state", "stopped"));
        Assert.Equal([tiny.Run("stopped"), tiny.Run("first"), tiny.Run("second")], Lines("runs", "ls", tiny.Runs, "--names", "--sort", "steps"));
        Assert.Equal(tiny.Run("second"), Lines("runs", "ls", tiny.Runs, "--names", "--sort", "steps", "--reverse")[0]);
        Assert.Equal(tiny.Run("stopped"), Lines("runs", "ls", tiny.Runs, "--names", "--sort", "knn.accuracy")[^1]);
        Assert.Empty(Lines("runs", "ls", tiny.Runs, "--names", "--method", "byol"));
    }

    [Theory]
    [InlineData(2, "did you mean 'finished'", "runs", "ls", "RUNS", "--state", "finishd")]
    [InlineData(2, "did you mean 'knn.accuracy'", "runs", "ls", "RUNS", "--sort", "knn.acuracy")]
    [InlineData(3, "there is no folder", "runs", "ls", "RUNS/none")]
    [InlineData(3, "is no run folder", "runs", "compare", "RUNS/first", "RUNS")]
    [InlineData(2, "name another", "runs", "compare", "RUNS/first")]
    [InlineData(3, "is no run folder", "runs", "rm", "RUNS", "--yes")]
    [InlineData(2, "give --yes", "runs", "rm", "RUNS/first")]
    public void Mistakes_are_answered(int code, string said, params string[] words)
    {
        var (actual, _, errors) = Cli.Run([.. words.Select(w => w.Replace("RUNS", tiny.Runs, StringComparison.Ordinal))]);
        Assert.Equal(code, actual);
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.True(Directory.Exists(tiny.Run("first")));
    }

    [Fact]
    public void Before_the_first_training_there_are_no_runs_and_that_is_no_mistake()
    {
        var start = Cli.Start("runs", "ls", "--json");
        start.WorkingDirectory = Directory.CreateTempSubdirectory("kindred-empty-").FullName;
        Assert.Equal((0, "[]\n"), (Cli.Run(start).Code, Cli.Run(start).Output));
    }

    [Fact]
    public void A_comparison_has_the_settings_that_differ_and_all_numbers()
    {
        var found = Json("runs", "compare", tiny.Run("first"), tiny.Run("second"));
        var settings = found.GetProperty("settings").EnumerateArray().ToDictionary(s => s.GetProperty("name").GetString()!, s =>
            s.GetProperty("values").EnumerateArray().Select(v => v.GetString()).ToArray());
        Assert.Equal(["options.dim", "train.epochs"], settings.Keys.Order());
        Assert.Equal("8 4", string.Join(" ", settings["options.dim"]));
        Assert.Contains("loss", found.GetProperty("metrics").EnumerateArray().Select(m => m.GetProperty("name").GetString()));
        var evaluation = Assert.Single(found.GetProperty("evaluations").EnumerateArray());
        Assert.Equal(2, evaluation.GetProperty("values").GetArrayLength());
        Assert.Contains("SETTINGS", Output("runs", "compare", tiny.Run("first"), tiny.Run("second")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_needs_nothing_but_itself_and_runs_no_script()
    {
        var page = Path.Combine(tiny.Folder, "runs.html");
        Output("runs", "html", tiny.Runs, "--out", page);
        var html = File.ReadAllText(page);
        Assert.Contains("<polyline", html, StringComparison.Ordinal);
        Assert.Contains("options.dim", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Empty(Regex.Matches(html, "(src|href)=", RegexOptions.IgnoreCase));
        // What stands outside of the charts' own header is well-formed markup without the doctype.
        foreach (Match chart in Regex.Matches(html, "<svg.*?</svg>", RegexOptions.Singleline)) System.Xml.Linq.XDocument.Parse(chart.Value);
    }

    [Fact]
    public void A_name_that_is_markup_stays_a_name()
    {
        var copy = tiny.Copy("first");
        var evil = Path.Combine(Path.GetDirectoryName(copy)!, "<img src=x onerror=alert(1)>");
        Directory.Move(copy, evil);
        var page = Path.Combine(tiny.Folder, "evil.html");
        Output("runs", "html", Path.GetDirectoryName(copy)!, "--out", page);
        Assert.DoesNotContain("<img", File.ReadAllText(page), StringComparison.Ordinal);
    }

    [Fact]
    public void Removing_leaves_what_is_no_run_s_and_what_links_lead_to()
    {
        var copy = tiny.Copy("first");
        var outside = Directory.CreateDirectory(Path.Combine(tiny.Folder, "outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "precious.txt"), "mine");
        File.CreateSymbolicLink(Path.Combine(copy, "checkpoints", "way-out"), outside);
        File.CreateSymbolicLink(Path.Combine(copy, "logs"), outside);
        File.WriteAllText(Path.Combine(copy, "notes.txt"), "mine");

        var (code, output, errors) = Cli.Run("runs", "rm", copy, "--yes", "--json");
        Assert.True(code == 0, errors);
        Assert.Contains("notes.txt", errors, StringComparison.Ordinal);
        Assert.Equal("notes.txt", JsonDocument.Parse(output).RootElement[0].GetProperty("left")[0].GetString());
        Assert.Equal([Path.Combine(copy, "notes.txt")], Directory.EnumerateFileSystemEntries(copy));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(outside, "precious.txt")));

        var whole = tiny.Copy("stopped");
        Output("runs", "rm", whole, "--yes");
        Assert.False(Directory.Exists(whole));
    }

    [Fact]
    public void A_link_to_a_run_is_not_removed_through()
    {
        var copy = tiny.Copy("first");
        var link = Path.Combine(tiny.Folder, "link-to-run");
        Directory.CreateSymbolicLink(link, copy);
        var (code, _, errors) = Cli.Run("runs", "rm", link, "--yes");
        Assert.Equal(2, code);
        Assert.Contains("is a link", errors, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(copy, "run.json")));
    }

    [Fact]
    public void A_run_that_is_worked_on_is_neither_removed_nor_called_finished()
    {
        var run = Path.Combine(tiny.Folder, "busy");
        using var training = Process.Start(Cli.Start("train", tiny.Recipe, "train.epochs=100000", "--out", run))!;
        try
        {
            var clock = Stopwatch.StartNew();
            while (!File.Exists(Path.Combine(run, "metrics.jsonl")))
            {
                Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), "the training did not begin");
                Thread.Sleep(50);
            }
            Assert.Equal("running", Json("runs", "ls", run)[0].GetProperty("state").GetString());
            var (code, _, errors) = Cli.Run("runs", "rm", run, "--yes");
            Assert.Equal(2, code);
            Assert.Contains($"in use by process {training.Id}", errors, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(run, "run.json")));
        }
        finally
        {
            training.Kill();
            training.WaitForExit();
        }
        Assert.Equal("lost", Json("runs", "ls", run)[0].GetProperty("state").GetString());
        Output("runs", "rm", run, "--yes");
        Assert.False(Directory.Exists(run));
    }

    static string Output(params string[] words)
    {
        var (code, output, errors) = Cli.Run(words);
        Assert.True(code == 0, errors);
        return output;
    }

    static string[] Lines(params string[] words) => Output(words).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    static JsonElement Json(params string[] words) => JsonDocument.Parse(Output([.. words, "--json"])).RootElement;
}
