using System.Diagnostics;

namespace Kindred.Cli.Tests.Reliability;

/// <summary>What is no regular file is refused at once where a file is wanted, and so are settings of the environment that cannot be.</summary>
public sealed class InputTests(SmallRun small) : IClassFixture<SmallRun>
{
    [Theory]
    [InlineData(2, "train WHAT")]
    [InlineData(2, "train EXTENDS")]
    [InlineData(3, "train RECIPE --from WHAT")]
    [InlineData(3, "train RECIPE --after WHAT")]
    [InlineData(3, "train RECIPE --resume WHAT")]
    [InlineData(3, "train RECIPE --data list:WHAT")]
    [InlineData(3, "train RECIPE --data tar:WHAT")]
    [InlineData(3, "train RECIPE --data packed:WHAT")]
    [InlineData(3, "train RECIPE encoder=wave views=[] --data audio:WHAT")]
    [InlineData(3, "train RECIPE --data WHAT")]
    [InlineData(2, "study WHAT")]
    [InlineData(3, "eval knn --run WHAT")]
    public async Task A_device_or_a_pipe_is_no_file(int code, string words)
    {
        var pipe = small.Fresh("pipe");
        Process.Start("mkfifo", [pipe]).WaitForExit();
        foreach (var what in new[] { "/dev/zero", pipe })
        {
            var extends = small.Fresh("extends") + ".yaml";
            File.WriteAllText(extends, $"extends: {what}\n");
            var output = small.Fresh("run");
            string[] outside = words.StartsWith("train", StringComparison.Ordinal) ? ["--out", output] : [];
            using var process = Process.Start(Cli.Start([.. words.Split(' ').Select(w => w
                .Replace("WHAT", what, StringComparison.Ordinal).Replace("EXTENDS", extends, StringComparison.Ordinal).Replace("RECIPE", small.Recipe, StringComparison.Ordinal)), .. outside]))!;
            var errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
            {
                process.Kill();
                Assert.Fail($"{words} with {what} has no end");
            }
            var said = await errors;
            Assert.True(code == process.ExitCode, $"exit code {process.ExitCode} where {code} was expected; it said: {said}");
            Assert.Contains(what, said, StringComparison.Ordinal);
            Assert.False(Directory.Exists(output));
        }
    }

    [Theory]
    [InlineData(2, "KINDRED_THREADS", "99999")]
    [InlineData(2, "KINDRED_THREADS", "0")]
    [InlineData(2, "KINDRED_THREADS", "-1")]
    [InlineData(2, "KINDRED_THREADS", "abc")]
    [InlineData(2, "KINDRED_THREADS", "1e1")]
    [InlineData(2, "KINDRED_THREADS", " ")]
    [InlineData(2, "KINDRED_THREADS", "99999999999999999999")]
    [InlineData(2, "KINDRED_ALLOCATOR", "none")]
    [InlineData(4, "KINDRED_CACHE", "/etc/passwd")]
    [InlineData(4, "KINDRED_LIBTORCH", "/etc/passwd")]
    [InlineData(0, "KINDRED_THREADS", "")]
    [InlineData(0, "KINDRED_THREADS", "2")]
    [InlineData(0, "KINDRED_ALLOCATOR", "system")]
    public void A_variable_is_checked_before_anything_is_done(int code, string name, string value)
    {
        var start = Cli.Start("list", "methods");
        start.Environment[name] = value;
        var (actual, _, errors) = Cli.Run(start);
        Assert.True(code == actual, errors);
        if (code != 0) Assert.StartsWith($"kindred: {name} ", errors, StringComparison.Ordinal);
    }
}
