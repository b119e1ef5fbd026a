using System.Diagnostics;

namespace Kindred.Data.Sources;

/// <summary>The folder where samples that are fetched once stay: <c>KINDRED_CACHE</c>, else <c>kindred</c> below <c>XDG_CACHE_HOME</c> or <c>~/.cache</c>.</summary>
public static class SampleCache
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The folder.</summary>
    public static string Folder => Variables.Cache;

    /// <summary>A folder in the cache, made on first use: by one process at a time, and complete or not there at all.</summary>
    /// <param name="name">Name and version.</param>
    /// <param name="fill">Puts the content into the empty folder it is given.</param>
    /// <returns>The folder's path.</returns>
    /// <exception cref="EnvironmentException">The cache cannot be written, or another process holds it too long.</exception>
    public static string Get(string name, Action<string> fill)
    {
        var folder = Path.Combine(Folder, name);
        if (Directory.Exists(folder))
            return folder;
        try
        {
            Directory.CreateDirectory(Folder);
            using var held = Lock(folder + ".lock");
            if (Directory.Exists(folder))
                return folder;
            var temporary = folder + ".part";
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
            Directory.CreateDirectory(temporary);
            try
            {
                fill(temporary);
                Directory.Move(temporary, folder);
            }
            finally
            {
                if (Directory.Exists(temporary))
                    Directory.Delete(temporary, recursive: true);
            }
            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException($"the sample cache {Folder} cannot be written ({exception.Message}); set KINDRED_CACHE to a folder that can", exception);
        }
    }

    static FileStream Lock(string path)
    {
        for (var watch = Stopwatch.StartNew(); ; Thread.Sleep(100))
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (File.Exists(path) && watch.Elapsed < Patience)
            {
                // Another process is fetching the same; it holds the file open until it is done.
            }
        }
    }
}
