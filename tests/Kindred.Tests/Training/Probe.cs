using System.Diagnostics;

namespace Kindred.Tests.Training;

/// <summary>A child process that a test may kill.</summary>
sealed class Probe : IDisposable
{
    readonly Process process;

    public Probe(params string[] arguments)
    {
        // A job in the background inherits that SIGINT is ignored, and would pass it on.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Kindred.RunProbe.dll"));

        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        process = Process.Start(start)!;
        var first = process.StandardOutput.ReadLine();

        // Reading the error waits for the end of the process, so it is read only when there is one.
        if (first != "ready")
            Assert.Fail($"{first}{process.StandardError.ReadToEnd()}");
    }

    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Signal(string name) => Process.Start("kill", [$"-{name}", $"{process.Id}"]).WaitForExit();

    public string? ReadLine()
    {
        var line = process.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(TimeSpan.FromSeconds(20)), "the process did not say anything");
        return line.Result;
    }

    public int ExitCode()
    {
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)), "the process did not end");
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            Kill();

        process.Dispose();
    }
}
