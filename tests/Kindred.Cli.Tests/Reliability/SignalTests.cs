using System.Diagnostics;

namespace Kindred.Cli.Tests.Reliability;

/// <summary>While there is nothing to save a signal ends the process at once; a training saves and says that it can go on.</summary>
public sealed class SignalTests(SmallRun small) : IClassFixture<SmallRun>
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(60), atOnce = TimeSpan.FromSeconds(10);

    // A compiler, or a fetcher of the sample, that takes its time: what is loaded is stuck.
    [Theory]
    [InlineData("TERM", 143, "doctor", "g++")]
    [InlineData("INT", 130, "doctor", "g++")]
    [InlineData("HUP", 129, "train simclr --out OUT", "g++")]
    [InlineData("TERM", 143, "data get sample", "npm")]
    [InlineData("HUP", 129, "data scan emoji", "npm")]
    public void A_signal_while_something_loads_ends_the_process(string signal, int code, string words, string slow)
    {
        var folder = small.Fresh("slow");
        Directory.CreateDirectory(folder);
        var (program, mark, output) = (Path.Combine(folder, slow), Path.Combine(folder, "reached"), Path.Combine(folder, "run"));
        File.WriteAllText(program, $"#!/bin/sh\ntouch {mark}\nexec sleep 30\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var process = Start(words.Replace("OUT", output, StringComparison.Ordinal).Split(' '),
            ("PATH", $"{folder}:{Environment.GetEnvironmentVariable("PATH")}"), ("KINDRED_CACHE", Path.Combine(folder, "cache")));
        Wait(() => File.Exists(mark), process);
        var watch = Stopwatch.StartNew();
        Signal(process, signal);
        Assert.True(process.WaitForExit(atOnce), "the signal was not heard");
        Assert.Equal(code, process.ExitCode);
        Assert.False(File.Exists(Path.Combine(output, "run.json")));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    public void A_signal_while_it_trains_saves_and_goes_on_later(string signal)
    {
        var run = small.Fresh("stopped");
        using var process = Start(["train", small.Recipe, "--out", run, "train.epochs=100000"]);
        Wait(() => Directory.Exists(SmallRun.Checkpoint(run, 8)), process);
        Signal(process, signal);
        Assert.True(process.WaitForExit(patience), "the signal was not heard");
        Assert.Equal(75, process.ExitCode);
        Assert.Contains("\"preempted\"", File.ReadAllText(Path.Combine(run, "run.json")), StringComparison.Ordinal);
        Assert.Equal(0, small.Train(run, "train.epochs=100000", "--resume", "auto", "--max-steps", "1").Code);
    }

    [Fact]
    public async Task A_signal_in_the_evaluation_at_the_end_says_that_something_is_left_to_do()
    {
        var run = small.Fresh("evaluated");
        var start = Cli.Start(["train", small.Recipe, "--out", run, "train.epochs=1", "evaluate=[{ linear-sgd: { epochs: 100000 } }]"]);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        Wait(() => File.Exists(Path.Combine(run, "run.json")) && File.ReadAllText(Path.Combine(run, "run.json")).Contains("\"finished\"", StringComparison.Ordinal), process);
        Thread.Sleep(500);
        Signal(process, "TERM");
        Assert.True(process.WaitForExit(patience), "the signal was not heard");
        Assert.Equal(75, process.ExitCode);
        Assert.Contains("its evaluation by linear-sgd was stopped", await errors, StringComparison.Ordinal);
    }

    // R7: wherever it comes (warm-up, step, evaluation, save, the wait for a batch), the rest gives the same bits; fifty moments with KINDRED_LARGE=1.
    [Fact]
    public void A_signal_at_any_moment_of_a_training_saves_and_the_rest_gives_the_same_bits()
    {
        string[] words = ["train.epochs=10", "train.warmup=3", "train.checkpointEvery=1", "train.evaluateEvery=2", "evaluate=[knn]", "--precision", "fp32"];
        var whole = State(small.Train(small.Fresh("straight"), [.. words, "--json"]).Output);
        var random = new Random(7);
        for (var i = 0; i < (Environment.GetEnvironmentVariable("KINDRED_LARGE") == "1" ? 50 : 3); i++)
        {
            var run = small.Fresh("any");
            using var process = Start(["train", small.Recipe, "--out", run, .. words]);
            Wait(() => Directory.Exists(SmallRun.Checkpoint(run, random.Next(1, 30))) || process.HasExited, process);
            Thread.Sleep(random.Next(40));
            var watch = Stopwatch.StartNew();
            Signal(process, "TERM");
            Assert.True(process.WaitForExit(patience), "the signal was not heard");
            Assert.Contains(process.ExitCode, new[] { 0, 75 });
            var (code, output, errors) = small.Train(run, [.. words, "--json", "--resume", "auto"]);
            Assert.True(code == 0, errors);
            Assert.Equal(whole, State(output));
            var steps = File.ReadLines(Path.Combine(run, "metrics.jsonl")).Select(l => System.Text.Json.JsonDocument.Parse(l).RootElement.GetProperty("step").GetInt64()).ToArray();
            Assert.Equal(steps.Distinct().Order(), steps);
        }
    }

    static string State(string output) => System.Text.Json.JsonDocument.Parse(output.Trim().Split('\n')[^1]).RootElement.GetProperty("state_sha256").GetString()!;

    static void Wait(Func<bool> reached, Process process)
    {
        var watch = Stopwatch.StartNew();
        while (!reached())
        {
            Assert.False(process.HasExited, "the process ended too early");
            Assert.True(watch.Elapsed < patience, "the process did not come so far");
            Thread.Sleep(20);
        }
    }

    // A job in the background inherits that some signals are ignored, and would pass it on.
    static Process Start(string[] words, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("env", ["--default-signal=INT,HUP", "dotnet", Path.Combine(AppContext.BaseDirectory, "Kindred.Cli.dll"), .. words]);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    static void Signal(Process process, string name) => Process.Start("kill", [$"-{name}", $"{process.Id}"]).WaitForExit();
}
