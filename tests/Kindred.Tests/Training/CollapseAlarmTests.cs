using Kindred.Experiments.Training;
using Kindred.Torch;

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
    [InlineData(1, "signs", true)]
    [InlineData(2, "sphere", true)]
    [InlineData(3, "sphere", true)]
    [InlineData(3, "two of three", true)]
    [InlineData(64, "sphere", true)]
    [InlineData(1, "point", false)]
    [InlineData(2, "point", false)]
    [InlineData(3, "point", false)]
    [InlineData(64, "point", false)]
    [InlineData(2, "line", false)]
    [InlineData(3, "line", false)]
    [InlineData(4, "line", false)]
    [InlineData(64, "line", false)]
    public void What_counts_as_healthy_is_what_so_many_dimensions_can_have(int dimensions, string shape, bool healthy)
    {
        var random = new Random(1);
        double Noise() => random.NextDouble() - 0.5;
        double[] Row(int i) => [.. Enumerable.Range(0, dimensions).Select(d => shape switch
        {
            "point" => 1 + (0.01 * Noise()),
            "signs" => i % 3 == 0 ? -1 : 1,
            "line" => (i % 2 == 0 ? 1 : -1) + (0.1 * Noise()),
            "two of three" => d < 2 ? Noise() : 0.02 * Noise(),
            _ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()),
        })];
        using var scope = Scope.Open();
        var spread = Spread.Of(Tensor.From<double>([.. Enumerable.Range(0, 200).SelectMany(Row)], [200, dimensions]));
        Assert.Equal(dimensions, spread.Most);
        Assert.Equal(healthy, CollapseAlarm.Finding(spread.Deviation, spread.EffectiveRank, double.PositiveInfinity, spread.Most) is null);
    }

    [Fact]
    public void Two_or_three_samples_are_not_asked_for_more_dimensions_than_they_can_span()
    {
        using var scope = Scope.Open();
        var spread = Spread.Of(Tensor.From<double>([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], [3, 4]));
        Assert.Equal(2, spread.Most);
        Assert.InRange(spread.EffectiveRank, 1.9, 2);
        Assert.Null(CollapseAlarm.Finding(spread.Deviation, spread.EffectiveRank - 0.01, double.PositiveInfinity, spread.Most));
    }

    [Theory]
    [InlineData(1.3, false)]
    [InlineData(1.1, true)]
    public void A_training_says_how_large_the_rank_can_be_and_the_alarm_reads_it(double rank, bool called)
    {
        var alarm = new CollapseAlarm(_ => { });
        for (var step = 100; step < 200; step += 10)
        {
            var numbers = new Dictionary<string, double> { ["z_std"] = 0.9, ["effective_rank"] = rank, ["rank_limit"] = 2 };
            alarm.Step(new(new(0, 1, step, 1000), 0.1, 0.1, 8, 0, 0, numbers));
        }
        Assert.Equal(called, alarm.At is not null);
    }

    static StepReport Report(int step, double deviation, double rank, double? perplexity)
    {
        var numbers = new Dictionary<string, double> { ["z_std"] = deviation, ["effective_rank"] = rank };
        if (perplexity is { } p) numbers["assignment_perplexity"] = p;
        return new(new(0, 1, step, 1000), 0.1, 0.1, 8, 0, 0, numbers);
    }
}
