using System.Diagnostics;

namespace Kindred.Cli.Tests.Reliability;

/// <summary>A log that cannot be written stops nothing; a result that cannot be written is an error.</summary>
public sealed class StreamTests(SmallRun small) : IClassFixture<SmallRun>
{
    [Theory]
    [InlineData("list methods", "2>/dev/full", 0)]
    [InlineData("list methods", "2>&-", 0)]
    [InlineData("no-such-verb", "2>/dev/full", 2)]
    [InlineData("no-such-verb", "2>&-", 2)]
    [InlineData("no-such-verb", "2>&- >&- <&-", 2)]
    [InlineData("list methods", ">/dev/full", 4)]
    [InlineData("list methods --json", ">/dev/full 2>/dev/full", 4)]
    [InlineData("list methods", ">&-", 4)]
    [InlineData("--help", ">/dev/full", 4)]
    [InlineData("no-such-verb", ">/dev/full", 2)]
    public void The_exit_code_is_right_whatever_becomes_of_the_streams(string words, string streams, int code) => Assert.Equal(code, Shell($"{Kindred} {words} {streams}").Code);

    [Theory]
    [InlineData("list methods")]
    [InlineData("list methods --json")]
    [InlineData("list objectives")]
    [InlineData("--help")]
    [InlineData("config schema")]
    [InlineData("show simclr")]
    public void A_reader_that_has_enough_is_no_mistake_and_nothing_is_said(string words) =>
        Assert.Equal("141", Shell($"({Kindred} {words}; echo $? >&2) | true").Errors.Trim());

    [Fact]
    public void The_first_line_of_a_list_comes_without_a_word_more()
    {
        var (_, output, errors) = Shell($"{Kindred} list methods | head -1; echo \"${{PIPESTATUS[0]}}\"");
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        // A reader that leaves after all was written left nothing behind.
        Assert.Contains(lines[1], new[] { "0", "141" });
        Assert.Equal("", errors);
    }

    [Fact]
    public void A_mistake_stays_one_where_nobody_reads() => Assert.EndsWith("2", Shell($"(sleep 0.1; {Kindred} no-such-verb; echo $? >&2) | true").Errors.Trim(), StringComparison.Ordinal);

    [Theory]
    [InlineData("2>/dev/full", 0)]
    [InlineData("2>&-", 0)]
    [InlineData("2>&- >&- <&-", 0)]
    [InlineData("2> >(head -c 1 >/dev/null)", 0)]
    [InlineData("--json >/dev/full", 4)]
    [InlineData("--json > >(true)", 141)]
    public void A_training_goes_on_without_its_streams(string streams, int code)
    {
        var run = small.Fresh("streams");
        Assert.Equal(code, Shell($"{Kindred} train {small.Recipe} --out {run} {streams}").Code);
        Assert.Contains("\"finished\"", File.ReadAllText(Path.Combine(run, "run.json")), StringComparison.Ordinal);
        Assert.Equal(
            SmallRun.Content(SmallRun.Checkpoint(small.Done, 24)).Where(f => f.Contains("safetensors", StringComparison.Ordinal)),
            SmallRun.Content(SmallRun.Checkpoint(run, 24)).Where(f => f.Contains("safetensors", StringComparison.Ordinal)));
    }

    [Fact]
    public void Results_of_two_programs_in_one_file_follow_each_other()
    {
        var file = small.Fresh("both");
        Shell($"({Kindred} list methods; {Kindred} list methods) > {file}");
        var lines = File.ReadAllLines(file);
        Assert.Equal(lines[..(lines.Length / 2)], lines[(lines.Length / 2)..]);
    }

    static string Kindred => $"dotnet {Path.Combine(AppContext.BaseDirectory, "Kindred.Cli.dll")}";

    static (int Code, string Output, string Errors) Shell(string line) =>
        Cli.Run(new ProcessStartInfo("bash", ["-c", line]) { RedirectStandardOutput = true, RedirectStandardError = true });
}
