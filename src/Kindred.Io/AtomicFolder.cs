namespace Kindred.Io;

/// <summary>A folder that appears with all of its files or not at all.</summary>
/// <remarks>
/// Files go, each fsynced, into a hidden folder beside the target; <see cref="Commit"/> fsyncs that folder, renames it and fsyncs the one above.
/// Disposing without a commit deletes what was written.
/// </remarks>
public sealed class AtomicFolder : IDisposable
{
    readonly IDisk disk;
    readonly string temporary;
    readonly Dictionary<string, Written> files = new(StringComparer.Ordinal);
    bool settled;

    /// <summary>Begins a folder.</summary>
    /// <param name="path">The folder to be; nothing may be there yet.</param>
    /// <param name="disk">The file system; left out, the machine's.</param>
    /// <exception cref="EnvironmentException">The place cannot be written.</exception>
    public AtomicFolder(string path, IDisk? disk = null)
    {
        this.disk = disk ?? Disk.Default;
        Target = Path.GetFullPath(path);
        temporary = Path.Combine(Path.GetDirectoryName(Target)!, $"{TemporaryPrefix}{Path.GetFileName(Target)}.{Environment.ProcessId}");
        Guard(temporary, () =>
        {
            this.disk.Delete(temporary);
            this.disk.CreateFolder(temporary);
        });
    }

    /// <summary>How the names of unfinished folders begin; a store sweeps up such leftovers of killed processes.</summary>
    public static string TemporaryPrefix => ".writing-";

    /// <summary>The folder to be.</summary>
    public string Target { get; }

    /// <summary>Files written so far, by name.</summary>
    public IReadOnlyDictionary<string, Written> Files => files;

    /// <summary>Writes one file and waits until it is on the medium.</summary>
    /// <param name="name">File name, without a folder.</param>
    /// <param name="write">Writes the content.</param>
    /// <returns>Length and hash of what was written.</returns>
    /// <exception cref="EnvironmentException">The disk is full, read-only or gone.</exception>
    public Written Write(string name, Action<Stream> write)
    {
        if (name.Length == 0 || Path.GetFileName(name) != name)
            throw new ArgumentException($"'{name}' is not a plain file name", nameof(name));

        long sofar = 0;
        Written written = default;
        Guard(Path.Combine(Target, name), () => written = AtomicFile.WriteSynced(Path.Combine(temporary, name), write, disk, out sofar), () => sofar);
        return files[name] = written;
    }

    /// <summary>Gives the folder its name; after this, and only after this, others see it.</summary>
    /// <exception cref="EnvironmentException">The folder could not be renamed, or one is already there.</exception>
    public void Commit()
    {
        Guard(Target, () =>
        {
            disk.SyncFolder(temporary);
            disk.Rename(temporary, Target);
            disk.SyncFolder(Path.GetDirectoryName(Target)!);
        });
        settled = true;
    }

    /// <summary>Deletes the unfinished folder when it was not committed.</summary>
    public void Dispose()
    {
        if (settled)
            return;

        settled = true;

        try
        {
            disk.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Thrown while another error is on its way; the leftover has a temporary's name and is swept up later.
        }
    }

    static void Guard(string path, Action act, Func<long>? sofar = null)
    {
        try
        {
            act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFailure.Explain(path, sofar?.Invoke() ?? 0, e);
        }
    }
}
