using System.Text.Json;

namespace Kindred.Cli.Tests.Reliability;

/// <summary>How a training begins and what it says when it ends: nothing is left of one that never began, and the next command is printed.</summary>
public sealed class StartTests(SmallRun small) : IClassFixture<SmallRun>
{
    [Theory]
    [InlineData("train.batch=128", "train.batch")]
    [InlineData("--data folder:TEXT", "TEXT")]
    [InlineData("--data folder:BROKEN train.batch=4", "7 of the 8 pictures")]
    [InlineData("method=supcon --data folder:FLAT", "labelled")]
    public void What_fails_before_its_first_step_leaves_no_folder_and_is_not_in_the_way(string words, string reason)
    {
        var (text, broken, flat) = (small.Fresh("text"), small.Fresh("broken"), small.Fresh("flat"));
        Directory.CreateDirectory(text);
        File.WriteAllText(Path.Combine(text, "a.txt"), "a");
        for (var i = 0; i < 64; i++) SmallRun.Draw(Path.Combine(flat, $"{i}.png"), i);
        for (var i = 0; i < 8; i++) SmallRun.Draw(Path.Combine(broken, $"{i}.png"), i);
        foreach (var file in Directory.GetFiles(broken)[1..]) File.WriteAllBytes(file, File.ReadAllBytes(file)[..60]);
        string[] all = [.. words.Split(' ').Select(w => w.Replace("TEXT", text, StringComparison.Ordinal).Replace("BROKEN", broken, StringComparison.Ordinal)
            .Replace("FLAT", flat, StringComparison.Ordinal))];
        var run = small.Fresh("never");
        var (code, _, errors) = small.Train(run, all);
        Assert.True(code is 2 or 3, $"{code} {errors}");
        Assert.Contains(reason.Replace("TEXT", text, StringComparison.Ordinal), errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run), errors);
        Directory.CreateDirectory(run);
        Assert.Equal(code, small.Train(run, all).Code);
        Assert.All(Directory.EnumerateFileSystemEntries(run), e => Assert.Equal(".lock", Path.GetFileName(e)));
        Assert.Equal(0, small.Train(run, "--max-steps", "1").Code);
    }

    [Fact]
    public void The_next_command_is_printed_and_can_be_run()
    {
        var run = small.Fresh("next one");
        var stopped = small.Train(run, "--max-steps", "6", "options.temperature=0.3");
        var line = stopped.Errors.Split('\n').Single(l => l.StartsWith("go on with: kindred ", StringComparison.Ordinal));
        Assert.Contains($"--out '{run}' --resume auto", line, StringComparison.Ordinal);
        Assert.DoesNotContain("--max-steps", line, StringComparison.Ordinal);
        var finished = Typed(line["go on with: kindred ".Length..]);
        Assert.True(finished.Code == 0, finished.Errors);
        Assert.Contains("finished after 24 steps", finished.Errors, StringComparison.Ordinal);
        var next = finished.Errors.Split('\n').SkipWhile(l => !l.StartsWith("next: kindred ", StringComparison.Ordinal)).TakeWhile(l => l.Length > 0)
            .Select(l => l[6..]["kindred ".Length..]).ToArray();
        Assert.Equal(["eval knn", $"embed '{run}'"], next.Select(l => l[..(l.StartsWith("eval", StringComparison.Ordinal) ? 8 : run.Length + 8)]));
        Assert.All(next, command => Assert.Equal(0, Typed(command).Code));
        var again = small.Train(run, "--resume", "auto", "options.temperature=0.3");
        Assert.Contains("all of them before", again.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("0 samples/s", again.Errors, StringComparison.Ordinal);
        var json = JsonDocument.Parse(small.Train(small.Fresh("json"), "--max-steps", "12", "--json").Output).RootElement;
        Assert.Contains("--resume auto", json.GetProperty("next").GetString(), StringComparison.Ordinal);
        Assert.Equal(24, json.GetProperty("estimate").GetProperty("steps").GetInt64());
    }

    // As a shell takes it apart.
    static (int Code, string Output, string Errors) Typed(string command)
    {
        var words = System.Text.RegularExpressions.Regex.Matches(command, @"'([^']*)'|(\S+)").Select(m => m.Groups[1].Success ? m.Groups[1].Value : m.Groups[2].Value);
        return Cli.Run([.. words]);
    }

    [Fact]
    public void An_estimate_says_steps_time_and_memory_and_leaves_nothing()
    {
        var folder = small.Fresh("estimate");
        Directory.CreateDirectory(folder);
        var start = Cli.Start("train", small.Recipe, "--estimate", "--json", "train.epochs=50");
        start.WorkingDirectory = folder;
        var (code, output, errors) = Cli.Run(start);
        Assert.True(code == 0, errors);
        var json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(200, json.GetProperty("steps").GetInt64());
        Assert.True(json.GetProperty("seconds").GetDouble() > 0 && json.GetProperty("peak_bytes").GetInt64() > 1 << 20);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Assert.Contains("200 steps of", Cli.Run("train", small.Recipe, "--estimate", "train.epochs=50").Output, StringComparison.Ordinal);
        var resting = Cli.Run("train", small.Recipe, "--estimate", "train.epochs=1", "train.batch=64", "train.warmup=1", "train.schedule=cosine");
        Assert.Contains("the learning rate is 0 in the one step", resting.Errors, StringComparison.Ordinal);
    }
}
