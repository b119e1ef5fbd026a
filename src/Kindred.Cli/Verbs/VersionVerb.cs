using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred version</c>: which Kindred this is.</summary>
static class VersionVerb
{
    internal static Command Create()
    {
        var json = Output.JsonOption();
        var command = new Command("version", "Says which Kindred and which .NET this is; `kindred doctor` says more.") { json };
        command.SetAction(result =>
        {
            var version = typeof(VersionVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?";
            if (result.GetValue(json)) Output.Json(new { Version = version, Dotnet = Environment.Version.ToString(), System = RuntimeInformation.RuntimeIdentifier });
            else Console.Out.WriteLine($"kindred {version} (.NET {Environment.Version}, {RuntimeInformation.RuntimeIdentifier})");
            return 0;
        });
        return command;
    }
}
