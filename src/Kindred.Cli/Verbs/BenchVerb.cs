using System.CommandLine;
using System.Diagnostics;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred bench</c>: hands on to the program that measures, which is built beside this one and belongs to no package.</summary>
static class BenchVerb
{
    const string Program = "Kindred.Bench";

    internal static Command Create()
    {
        // Its own, so that help too comes from the program that knows the flags.
        var help = new Option<bool>("--help", "-h", "-?") { Description = "What can be measured, and the flags of each." };
        var command = new Command("bench", "Times parts of the library: train, embed, index, ntxent, views, knn, kmeans, sinkhorn, ops, scaling, soak; one JSON object a measurement.") { help };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(result => Run(
        [
            .. result.UnmatchedTokens,
            .. result.GetValue(help) ? ["--help"] : Array.Empty<string>(),
            .. (result.GetValue(Launcher.Plugin) ?? []).SelectMany(p => new[] { "--plugin", p }),
        ]));
        return command;
    }

    static int Run(string[] words)
    {
        var program = Places().FirstOrDefault(File.Exists)
            ?? throw new EnvironmentException($"{Program} measures, and it is not beside this program: in the repository, ./kindred bench builds and runs it.");
        using var process = Programs.Start(new("dotnet", [program, .. words]));
        process.WaitForExit();
        return process.ExitCode;
    }

    // Beside this program, or where the build puts each project's output: bin/PROJECT/CONFIGURATION.
    static IEnumerable<string> Places()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        yield return Path.Combine(here.FullName, $"{Program}.dll");
        if (here.Parent?.Parent is { } bin) yield return Path.Combine(bin.FullName, Program, here.Name, $"{Program}.dll");
    }
}
