using System.Text.Json;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Reports;

namespace Kindred.Cli.Tests;

/// <summary><c>kindred card</c> and <c>kindred reproduce</c> end to end.</summary>
public sealed class RunReportTests(TinyRuns tiny) : IClassFixture<TinyRuns>
{
    [Fact]
    public void A_card_says_what_a_run_is_and_how_to_use_and_cite_it()
    {
        var run = tiny.Copy("first");
        Assert.Equal(0, Cli.Run("card", run).Code);
        var card = File.ReadAllText(Path.Combine(run, "card.md"));
        Assert.All(new[] { "SimCLR", "arXiv:2002.05709", "| samples | 32 |", "`dark`, `light`", "| knn | accuracy |", "@inproceedings{chen2020simclr",
            $"kindred embed {run}", "TrainedRun.Open(", "## Limits", "method: simclr" },
            part => Assert.Contains(part, card, StringComparison.Ordinal));
        Assert.Equal(card, Cli.Run("card", run, "--print").Output);

        var stopped = Cli.Run("card", tiny.Run("stopped"), "--print").Output;
        Assert.Contains("The training is stopped", stopped, StringComparison.Ordinal);
        Assert.Contains("Nothing was measured of it", stopped, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(tiny.Run("stopped"), "card.md")));

        var (code, _, errors) = Cli.Run("card", tiny.Runs);
        Assert.Equal(3, code);
        Assert.Contains("is no run folder", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_method_s_paper_can_be_cited()
    {
        // Other tests of this process load a plug-in, whose papers are its own affair.
        var papers = Catalogues.Methods.All.Values.Where(m => m.Type.Assembly == typeof(Method).Assembly).Select(m => m.Attribute.Paper).Distinct().ToArray();
        Assert.NotEmpty(papers);
        Assert.Equal([], papers.Where(p => Papers.BibTeX(p) is null));
        Assert.All(papers.Where(p => p.StartsWith("arXiv:", StringComparison.Ordinal)),
            paper => Assert.Contains($"eprint={{{paper[6..]}}}", Papers.BibTeX(paper), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("first", 8)]
    [InlineData("stopped", 2)]
    public void A_run_is_trained_again_to_the_same_bits(string name, int steps)
    {
        var again = Path.Combine(tiny.Folder, $"{name}-once-more");
        var (code, output, errors) = Cli.Run("reproduce", tiny.Run(name), "--out", again, "--json");
        Assert.True(code == 0, errors);
        var report = JsonDocument.Parse(output).RootElement;
        Assert.True(report.GetProperty("same_bits").GetBoolean());
        Assert.Empty(report.GetProperty("differing").EnumerateArray());
        if (name == "first")
        {
            Assert.Equal(tiny.First.GetProperty("state_sha256").GetString(), report.GetProperty("state_sha256").GetString());
            var accuracy = report.GetProperty("metrics").GetProperty("knn.accuracy").EnumerateArray().Select(v => v.GetDouble()).ToArray();
            Assert.Equal(accuracy[0], accuracy[1]);
        }
        Assert.Equal(steps, RunRecord.Read(again).Step);
        Assert.True(File.Exists(Path.Combine(again, "reproduction.json")));
    }

    [Fact]
    public void Other_settings_or_data_are_found_out()
    {
        var run = tiny.Copy("stopped");
        var config = Path.Combine(run, "config.yaml");
        File.WriteAllText(config, File.ReadAllText(config).Replace("learningRate: 0.05", "learningRate: 0.06", StringComparison.Ordinal));
        var pictures = Path.Combine(tiny.Folder, "pictures", "train", "dark", "0.png");
        var time = File.GetLastWriteTimeUtc(pictures);
        File.SetLastWriteTimeUtc(pictures, time.AddHours(1));
        try
        {
            var (code, output, errors) = Cli.Run("reproduce", run, "--json");
            Assert.True(code == 1, errors);
            var report = JsonDocument.Parse(output).RootElement;
            Assert.False(report.GetProperty("same_bits").GetBoolean());
            Assert.True(report.GetProperty("largest_difference").GetDouble() > 0);
            Assert.Contains("is not what this run began with", string.Join(' ', report.GetProperty("reasons").EnumerateArray()), StringComparison.Ordinal);
            Assert.True(Directory.Exists($"{run}-again"));
        }
        finally { File.SetLastWriteTimeUtc(pictures, time); }
    }

    [Theory]
    [InlineData(3, "there is no folder", "none")]
    [InlineData(3, "is no run folder", ".")]
    public void What_is_no_run_is_not_reproduced(int code, string said, string name)
    {
        var (actual, _, errors) = Cli.Run("reproduce", Path.Combine(tiny.Runs, name));
        Assert.Equal(code, actual);
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }
}
