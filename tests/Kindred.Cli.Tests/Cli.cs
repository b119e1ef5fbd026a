using System.Diagnostics;

namespace Kindred.Cli.Tests;

/// <summary>The real binary as a child process.</summary>
static class Cli
{
    public static ProcessStartInfo Start(params string[] words) =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, "Kindred.Cli.dll"), .. words]) { RedirectStandardOutput = true, RedirectStandardError = true };

    public static (int Code, string Output, string Errors) Run(params string[] words) => Run(Start(words));

    public static (int Code, string Output, string Errors) Run(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
