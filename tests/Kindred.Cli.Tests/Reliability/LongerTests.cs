using System.Text.Json.Nodes;
using Kindred.Io;

namespace Kindred.Cli.Tests.Reliability;

/// <summary>A run may be lengthened when it goes on: what was done stays to the byte, the rest is what the longer training does from there.</summary>
public sealed class LongerTests(SmallRun small) : IClassFixture<SmallRun>
{
    static readonly string[] constant = ["train.schedule=constant"];

    string Run(string name, int code, params string[] words)
    {
        var run = small.Fresh(name);
        var (actual, _, errors) = small.Train(run, words);
        Assert.True(actual == code, errors);
        return run;
    }

    static string Model(string run, int step) => Convert.ToHexString(File.ReadAllBytes(Path.Combine(SmallRun.Checkpoint(run, step), "model.safetensors")));

    static JsonObject[] Lines(string run) => [.. JsonLines.Read(Path.Combine(run, "metrics.jsonl"))];

    [Theory]
    [InlineData("")]
    [InlineData("--max-steps 6")]
    public void With_a_constant_rate_it_ends_as_if_it_had_been_so_long_from_the_start(string stopped)
    {
        var straight = Run("straight", 0, [.. constant, "train.epochs=5"]);
        var run = Run("longer", 0, [.. constant, "train.epochs=3", .. stopped.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        var before = File.ReadAllText(Path.Combine(run, "metrics.jsonl"));
        var (code, _, errors) = small.Train(run, [.. constant, "train.epochs=5", "--resume", "auto"]);
        Assert.True(code == 0, errors);
        Assert.Contains("goes on to 5 epochs where the run was begun with 3 epochs", errors, StringComparison.Ordinal);
        Assert.Equal(Model(straight, 20), Model(run, 20));
        Assert.StartsWith(before, File.ReadAllText(Path.Combine(run, "metrics.jsonl")));
        Assert.Contains("epochs: 5", File.ReadAllText(Path.Combine(run, "config.yaml")), StringComparison.Ordinal);
        // It is now a run of five: it goes on, or further, like any other.
        Assert.Equal(0, small.Train(run, [.. constant, "train.epochs=5", "--resume", "auto"]).Code);
        Assert.Equal(0, small.Train(run, [.. constant, "train.epochs=6", "--resume", SmallRun.Checkpoint(run, 8)]).Code);
        Assert.Equal(24, (int)Lines(run)[^1]["step"]!);
    }

    [Fact]
    public void Schedules_are_as_long_as_the_longer_training_from_there_on()
    {
        string[] cosine = ["train.schedule=cosine", "train.logEvery=1"];
        var straight = Lines(Run("straight", 0, [.. cosine, "train.epochs=6"]));
        var run = Run("longer", 0, [.. cosine, "train.epochs=3"]);
        var (before, third) = (Lines(run), Model(run, 12));
        Assert.Equal(0, small.Train(run, [.. cosine, "train.epochs=6", "--resume", "auto"]).Code);
        var after = Lines(run);
        Assert.Equal(before.Select(l => l.ToJsonString()), after[..before.Length].Select(l => l.ToJsonString()));
        Assert.Equal(third, Model(run, 12));
        Assert.Equal(straight[12..].Select(l => (double)l["lr"]!), after[12..].Select(l => (double)l["lr"]!));
        Assert.Equal(24, after.Length);
    }

    [Theory]
    [InlineData("train.epochs=3", "may be lengthened, not shortened")]
    [InlineData("train.epochs=8 train.batch=8", "train.batch")]
    [InlineData("train.epochs=8 options.temperature=0.9", "temperature")]
    public void It_is_not_shortened_and_nothing_else_changes(string words, string reason)
    {
        var run = small.Copy(small.Done, "same");
        var before = SmallRun.Content(run);
        var (code, _, errors) = small.Train(run, [.. words.Split(' '), "--resume", "auto"]);
        Assert.Equal(2, code);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.Equal(before, SmallRun.Content(run));
    }

    [Fact]
    public void Steps_may_grow_too_and_other_data_are_still_noticed()
    {
        var run = Run("steps", 0, [.. constant, "train.steps=8"]);
        Assert.Equal(0, small.Train(run, [.. constant, "train.steps=12", "--resume", "auto"]).Code);
        Assert.Equal(Model(Run("straight", 0, [.. constant, "train.steps=12"]), 12), Model(run, 12));
        var fewer = small.Fresh("fewer");
        for (var i = 0; i < 40; i++) SmallRun.Draw(Path.Combine(fewer, "c", $"{i}.png"), i);
        var (code, _, errors) = small.Train(small.Copy(small.Done, "run"), "train.epochs=9", "--resume", "auto", "--data-changed", "accept", "--data", $"folder:{fewer}");
        Assert.Equal(3, code);
        Assert.Contains("run of 24 steps", errors, StringComparison.Ordinal);
    }
}
