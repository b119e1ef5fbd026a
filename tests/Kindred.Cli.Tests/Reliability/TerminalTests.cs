using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Kindred.Cli.Tests.Reliability;

/// <summary>What a person sees in a terminal of some width, told from what is written to a pseudo terminal.</summary>
public sealed partial class TerminalTests(SmallRun small) : IClassFixture<SmallRun>
{
    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(110)]
    public void The_line_fits_begins_with_the_time_left_and_stands_once_at_the_end(int columns)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "there is no `script` to make a pseudo terminal");
        var run = small.Fresh("terminal");
        var command = $"stty cols {columns}; dotnet '{Path.Combine(AppContext.BaseDirectory, "Kindred.Cli.dll")}' train '{small.Recipe}' --out '{run}' train.epochs=40";
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", command, "/dev/null"]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        (start.Environment["TERM"], start.Environment["NO_COLOR"], start.Environment["KINDRED_THREADS"]) = ("xterm", "1", "1");
        using var process = Process.Start(start)!;
        var shown = process.StandardOutput.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, shown);
        string[] drawn = [.. shown.Split("\r\e[K")[1..].Select(d => d.Split('\n')[0]).Where(d => d.Contains('%', StringComparison.Ordinal) && d.Contains('[', StringComparison.Ordinal))];
        Assert.NotEmpty(drawn);
        Assert.All(drawn, line => Assert.True(line.Length < columns, line));
        Assert.All(drawn[..^1], line => Assert.Matches("^([0-9:]+ left|[0-9]+ d [0-9]+ h left|done) \\[[#.]+\\] +[0-9]+ %", line));
        Assert.All(drawn, line => Assert.DoesNotMatch("· [a-z0-9-]*$", line));
        if (columns >= 110) Assert.Contains(drawn, line => line.Contains(" · epoch ", StringComparison.Ordinal));
        // Behind "finished" there are only words, and never a colour.
        var end = shown[shown.IndexOf("finished after", StringComparison.Ordinal)..];
        Assert.DoesNotContain('\e', end);
        Assert.DoesNotContain("%", end, StringComparison.Ordinal);
        Assert.DoesNotMatch(Colour(), shown);
        Assert.Contains("done [", drawn[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Into_a_pipe_come_plain_lines()
    {
        var (code, _, errors) = small.Train(small.Fresh("piped"));
        Assert.Equal(0, code);
        Assert.DoesNotContain('\e', errors);
        Assert.DoesNotContain('\r', errors);
        Assert.Contains("step 24/24 · epoch", errors, StringComparison.Ordinal);
    }

    [GeneratedRegex("\e\\[[0-9;]*m")]
    private static partial Regex Colour();
}
