using Kindred.Experiments.Training;

namespace Kindred.Tests.Training;

public class CollapseAlarmTests
{
    [Theory]
    [InlineData(0.05, 20, null, "z-std 0.050")]
    [InlineData(0.9, 1.4, null, "1.4 dimensions")]
    [InlineData(0.6, 20, 1.2, "perplexity 1.2")]
    public void It_goes_off_once_after_three_bad_measurements_in_a_row(double deviation, double rank, double? perplexity, string expected)
    {
        var warnings = new List<string>();
        var alarm = new CollapseAlarm(warnings.Add);
        foreach (var (step, bad) in new[] { (5, true), (60, true), (70, true), (80, false), (90, true), (100, true), (110, true), (120, true) })
            alarm.Step(bad ? Report(step, deviation, rank, perplexity) : Report(step, 0.9, 20, 30));
        Assert.Equal(110, alarm.At);
        Assert.Contains(expected, Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_without_measurements_and_healthy_ones_leave_it_silent()
    {
        var alarm = new CollapseAlarm(text => Assert.Fail(text));
        for (var step = 0; step < 900; step++)
            alarm.Step(step % 10 == 0 ? Report(step, 0.4, 3, 2) : new StepReport(new(0, 1, step, 1000), 0.1, 0.1, 8, 0, 0, new Dictionary<string, double>()));
        Assert.Null(alarm.At);
    }

    [Theory]
    [InlineData(2, 1.8, false)]
    [InlineData(2, 1.1, true)]
    [InlineData(3, 1.9, false)]
    [InlineData(3, 1.7, true)]
    [InlineData(4, 1.9, true)]
    [InlineData(128, 1.9, true)]
    public void A_map_of_two_or_three_dimensions_uses_as_many_as_it_can(int dimension, double rank, bool collapses)
    {
        var warnings = new List<string>();
        var alarm = new CollapseAlarm(warnings.Add);
        for (var step = 60; step < 100; step += 10) alarm.Step(Report(step, 0.8, rank, null) with { Dimension = dimension });
        Assert.Equal(collapses, warnings.Count == 1);
    }

    static StepReport Report(int step, double deviation, double rank, double? perplexity)
    {
        var numbers = new Dictionary<string, double> { ["z_std"] = deviation, ["effective_rank"] = rank };
        if (perplexity is { } p) numbers["assignment_perplexity"] = p;
        return new(new(0, 1, step, 1000), 0.1, 0.1, 8, 0, 0, numbers);
    }
}
