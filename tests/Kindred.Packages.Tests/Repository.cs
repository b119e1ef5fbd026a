using System.Diagnostics;
using System.Xml.Linq;

namespace Kindred.Packages.Tests;

/// <summary>The repository that the tests were built from, and programs that are run.</summary>
static class Repository
{
    internal static string Root { get; } = Find();

    internal static string In(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>The version of every package, from the one place that says it.</summary>
    internal static string Version { get; } = XDocument.Load(In("Directory.Build.props")).Descendants("Version").Single().Value;

    static string Find()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Kindred.slnx"))) at = at.Parent ?? throw new InvalidOperationException("the tests run outside the repository");
        return at.FullName;
    }

    internal static ProcessStartInfo Start(string folder, string program, params IEnumerable<string> words)
    {
        var start = new ProcessStartInfo(program, words) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // The compiler's and MSBuild's servers would outlive the test.
        foreach (var (name, value) in new[] { ("MSBUILDDISABLENODEREUSE", "1"), ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"), ("UseSharedCompilation", "false"), ("DOTNET_NOLOGO", "1") })
            start.Environment[name] = value;
        return start;
    }

    internal static (int Code, string Output) Run(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    internal static string Succeeds(ProcessStartInfo start)
    {
        var (code, output) = Run(start);
        Assert.True(code == 0, $"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {code}:\n{output}");
        return output;
    }
}
