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
