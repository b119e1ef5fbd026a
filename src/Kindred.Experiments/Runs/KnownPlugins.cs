using System.Security.Cryptography;
using System.Text.Json;
using Kindred.Io;

namespace Kindred.Experiments.Runs;

/// <summary>The plug-ins that this person has named on this machine: place and hash of each file. A run's folder may ask for these and for no others.</summary>
/// <remarks>
/// The place counts as well as the hash: what a plug-in needs is loaded from beside it, so the same file in a folder of somebody else may bring other code along.
/// One file in <see cref="Variables.Configuration"/>, replaced in one act; who writes holds a lock beside it.
/// </remarks>
static class KnownPlugins
{
    const int Most = 1000, Tries = 100;

    sealed record Known(string Path, string Sha256);

    static readonly JsonSerializerOptions style = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Where they are kept.</summary>
    internal static string FileName => Path.Combine(Variables.Configuration, "plugins.json");

    /// <summary>Whether this file, as it is now, was named before.</summary>
    internal static bool Knows(string path, string sha256) => Read().Contains(new(path, sha256));

    /// <summary>A file that was named before and is the same still, wherever it lies; null where there is none.</summary>
    internal static string? PlaceOf(string sha256) => Read().Where(k => k.Sha256 == sha256).Select(k => k.Path).FirstOrDefault(path => HashOf(path) == sha256);

    /// <summary>Whether another file of this place was named before.</summary>
    internal static bool KnowsPlace(string path) => Read().Any(k => k.Path == path);

    /// <summary>Keeps a file that a person named. Where that cannot be written nothing is kept, and the plug-in has to be named each time.</summary>
    internal static void Add(string path, string sha256)
    {
        try
        {
            if (Knows(path, sha256)) return;
            Directory.CreateDirectory(Variables.Configuration);
            using var held = Hold($"{FileName}.lock");
            if (held is null) return;
            Known[] all = [new(path, sha256), .. Read().Where(k => k != new Known(path, sha256)).Take(Most - 1)];
            AtomicFile.WriteText(FileName, $"{JsonSerializer.Serialize(all, style)}\n");
        }
        catch (Exception e) when (e is EnvironmentException or IOException or UnauthorizedAccessException)
        {
            // No home folder, or one that cannot be written: asking each time is the safe side.
        }
    }

    /// <summary>A file's hash; null where there is no regular file that may be read.</summary>
    internal static string? HashOf(string path)
    {
        try
        {
            using var file = new FileStream(RegularFile.Open(path), FileAccess.Read);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception e) when (e is DataException or IOException or UnauthorizedAccessException) { return null; }
    }

    // What cannot be read knows nothing.
    static IReadOnlyList<Known> Read()
    {
        try { return File.Exists(FileName) ? JsonText.ReadFile<Known[]>(FileName, style) : []; }
        catch (KindredException) { return []; }
    }

    // The operating system frees it when a process dies, however it dies.
    static FileStream? Hold(string path)
    {
        for (var i = 0; i < Tries; i++)
        {
            try { return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); }
            catch (IOException) { Thread.Sleep(20); }
        }
        return null;
    }
}
