using System.Text.Json;

namespace Kindred.Cli.Tests.Reliability;

/// <summary>A step that went wrong lies in the run's folder and fails again when it is taken again.</summary>
public sealed class GuardVerbTests(SmallRun small) : IClassFixture<SmallRun>
{
    [Fact]
    public void A_failed_step_is_kept_and_fails_again_at_the_same_place()
    {
        var run = small.Fresh("broken");
        var (code, _, errors) = small.Train(run, "train.optimizer.learningRate=1e6", "train.optimizer.momentum=0", "encoder.norm=none", "train.epochs=50", "--precision", "fp32");
        Assert.True(code == 5, errors);
        Assert.Contains("kindred replay", errors, StringComparison.Ordinal);
        var kept = Assert.Single(Directory.GetDirectories(Path.Combine(run, "failures")));
        var before = SmallRun.Content(run);
        var (again, _, said) = Cli.Run(["replay", kept]);
        Assert.True(again == 5, said);
        Assert.Contains("the step fails again, first in aten::", said, StringComparison.Ordinal);
        Assert.Contains($"at step {int.Parse(Path.GetFileName(kept)[5..], System.Globalization.CultureInfo.InvariantCulture)} ", said, StringComparison.Ordinal);
        Assert.Equal(before, SmallRun.Content(run));
    }

    [Fact]
    public void Undone_steps_are_counted_in_the_metrics_and_the_limit_ends_it()
    {
        var run = small.Fresh("undone");
        var (code, _, errors) = small.Train(run, "train.optimizer.learningRate=1e6", "train.optimizer.momentum=0", "encoder.norm=none", "train.epochs=50",
            "train.guard=rollback", "train.guardLimit=2", "train.logEvery=1", "train.checkpointEvery=1", "--precision", "fp32");
        Assert.True(code == 5, errors);
        Assert.Contains("3 steps went wrong, and train.guardLimit allows 2", errors, StringComparison.Ordinal);
        Assert.Contains(File.ReadLines(Path.Combine(run, "metrics.jsonl")), l => JsonDocument.Parse(l).RootElement.TryGetProperty("steps_undone", out _));
    }

    [Fact]
    public void What_is_no_kept_step_is_refused()
    {
        Assert.Equal(3, Cli.Run(["replay", SmallRun.Checkpoint(small.Done, 4)]).Code);
        Assert.Equal(2, Cli.Run(["train", small.Recipe, "--out", small.Fresh("none"), "train.guard=never"]).Code);
    }
}
