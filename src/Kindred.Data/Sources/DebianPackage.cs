using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.Security.Cryptography;

namespace Kindred.Data.Sources;

/// <summary>Fetches data that is published as a Debian package, by apt-get; nothing is installed and nothing of the package is run.</summary>
static class DebianPackage
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Fetches a package and unpacks some of its files, without their folders.</summary>
    /// <param name="package">Its name; the version is the one that the system offers.</param>
    /// <param name="wanted">Paths in the package, and the SHA-256 that each has to have, in lower case.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="otherwise">What a person can do where there is no apt-get, a sentence.</param>
    /// <exception cref="EnvironmentException">apt-get is missing or fails, or the files are others.</exception>
    internal static void Fetch(string package, IReadOnlyDictionary<string, string> wanted, string folder, string otherwise)
    {
        using (Run("apt-get", ["download", "-q", package], folder, otherwise, null)) { }
        var archive = Directory.GetFiles(folder, "*.deb") is [var one] ? one : throw new EnvironmentException($"apt-get downloaded no package {package}. {otherwise}");
        HashSet<string> found = [];
        using (Run("dpkg-deb", ["--fsys-tarfile", archive], folder, otherwise, stream =>
        {
            using var reader = new TarReader(stream, leaveOpen: true);
            while (reader.GetNextEntry() is { } entry)
            {
                var path = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
                if (!wanted.TryGetValue(path, out var hash)) continue;
                var target = Path.Combine(folder, Path.GetFileName(path));
                entry.ExtractToFile(target, overwrite: true);
                if (Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(target))) != hash)
                    throw new EnvironmentException($"the package {package} of this system holds another {Path.GetFileName(path)} than the one that is known; nothing was kept. {otherwise}");
                found.Add(path);
            }
        })) { }
        if (wanted.Keys.FirstOrDefault(path => !found.Contains(path)) is { } missing) throw new EnvironmentException($"the package {package} of this system holds no {missing}. {otherwise}");
        File.Delete(archive);
    }

    static Process Run(string program, string[] arguments, string folder, string otherwise, Action<Stream>? read)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true, WorkingDirectory = folder };
        try
        {
            var process = Programs.Start(start);
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync();
            if (read is null) _ = process.StandardOutput.ReadToEndAsync();
            else
            {
                try { read(process.StandardOutput.BaseStream); }
                catch
                {
                    process.Kill(entireProcessTree: true);
                    throw;
                }
                process.StandardOutput.BaseStream.CopyTo(Stream.Null);
            }
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                throw new EnvironmentException($"{program} was not done within {Patience.TotalMinutes:F0} minutes; is the package source reachable? {otherwise}");
            }
            return process.ExitCode == 0 ? process
                : throw new EnvironmentException($"{program} {string.Join(' ', arguments)} failed (exit code {process.ExitCode}): {errors.Result.Trim().Split('\n')[^1]} "
                    + $"If the package is not known, apt-get update helps. {otherwise}");
        }
        catch (Win32Exception e) { throw new EnvironmentException($"{program} is not on the PATH; this sample is a Debian package. {otherwise}", e); }
    }
}
