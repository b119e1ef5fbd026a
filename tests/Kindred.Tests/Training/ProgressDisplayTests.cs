using System.Globalization;
using Kindred.Experiments.Training;

namespace Kindred.Tests.Training;

public sealed class ProgressDisplayTests
{
    static readonly TrainingProgress At = new(120, 1000, 1.2, 5.3125, 0.06, 812.4, 0.031, 0.984, 41.2, TimeSpan.FromSeconds(151));
    const string Line = "step 120/1000 · epoch 1.2 · loss 5.3125 · lr 0.06 · 812 img/s · data wait 3 % · z-std 0.98 · rank 41.2 · 2:31 left";

    [Fact]
    public void A_line_says_how_training_stands_in_every_culture()
    {
        Assert.Equal(Line, ProgressDisplay.Line(At));
        HostileCulture.Run(() => Assert.Equal(Line, ProgressDisplay.Line(At)));
        Assert.Equal("step 1/2 · epoch 0.0 · loss NaN · lr 6.0e-5 · 0 img/s · data wait 0 % · 1 d 2 h left",
            ProgressDisplay.Line(new(1, 2, 0, double.NaN, 6e-5, 0, 0, Remaining: TimeSpan.FromHours(26))));
        Assert.EndsWith("3:04:05 left", ProgressDisplay.Line(At with { Remaining = new TimeSpan(3, 4, 5) }));
    }

    [Fact]
    public void A_terminal_gets_one_line_that_is_redrawn_fits_and_stands_once_at_the_end()
    {
        var (text, clock) = (new StringWriter(CultureInfo.InvariantCulture), new Stopwatch());
        using (var display = new ProgressDisplay(text, terminal: true, width: () => 40, clock: clock))
        {
            display.Report(At);
            display.Report(At with { Step = 121 });
            clock.Advance(0.2);
            display.Report(At with { Step = 122 });
            display.Note("epoch done");
            display.End();
            display.Note("finished");
            display.Note("next");
        }

        const string line = "2:31 left [#.........]  12 %";
        Assert.Equal($"\r\e[K{line}\r\e[K{line}\r\e[Kepoch done\n\r\e[K{line}\r\e[K{line}\nfinished\nnext\n", text.ToString());
    }

    [Theory]
    [InlineData(109, "2:31 left [##................]  12 % · loss 5.3125 · step 120/1000 · epoch 1.2 · 812 img/s · lr 0.06")]
    [InlineData(79, "2:31 left [#............]  12 % · loss 5.3125 · step 120/1000 · epoch 1.2")]
    [InlineData(42, "2:31 left [#.........]  12 % · loss 5.3125")]
    [InlineData(41, "2:31 left [#.........]  12 %")]
    [InlineData(20, "2:31 left")]
    [InlineData(4, "12 %")]
    [InlineData(3, "")]
    public void Fields_that_do_not_fit_are_dropped_the_least_wanted_first(int columns, string line) => Assert.Equal(line, ProgressDisplay.Line(At, columns));

    [Fact]
    public void No_line_is_longer_than_there_is_room_and_no_field_is_cut()
    {
        var full = ProgressDisplay.Line(At, 1000).Split(" · ");
        for (var columns = 1; columns < 200; columns++)
        {
            var line = ProgressDisplay.Line(At, columns);
            Assert.True(line.Length <= columns, line);
            Assert.All(line.Split(" · ").Skip(1), field => Assert.Contains(field, full));
        }
        Assert.StartsWith("done [##########] 100 %", ProgressDisplay.Line(At with { Step = 1000 }, 40));
    }

    [Fact]
    public void Elsewhere_a_line_comes_every_few_seconds_and_at_the_end()
    {
        var (text, clock) = (new StringWriter(CultureInfo.InvariantCulture), new Stopwatch());
        using (var display = new ProgressDisplay(text, terminal: false, interval: TimeSpan.FromSeconds(10), clock: clock))
        {
            for (var step = 0; step <= 25; step++)
            {
                display.Report(At with { Step = step, Steps = 25 });
                clock.Advance(1);
            }
        }

        var shown = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[1]);
        Assert.Equal(["0/25", "10/25", "20/25", "25/25"], shown);
        Assert.DoesNotContain('\e', text.ToString());
    }

    sealed class Stopwatch : TimeProvider
    {
        long ticks;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => ticks;

        public void Advance(double seconds) => ticks += (long)(seconds * 1000);
    }
}
