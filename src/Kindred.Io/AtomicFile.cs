using System.Security.Cryptography;
using System.Text;

namespace Kindred.Io;

/// <summary>What was written: enough to find out later whether a file is still the same.</summary>
/// <param name="Bytes">Length of the file.</param>
/// <param name="Sha256">Lower-case hexadecimal SHA-256 of its content.</param>
public readonly record struct Written(long Bytes, string Sha256);

/// <summary>Files that are either the old ones or the new ones, never half of each.</summary>
/// <remarks>Write a temporary file beside the target, fsync it, rename it over the target, fsync the folder.</remarks>
public static class AtomicFile
{
    /// <summary>Replaces a file in one act.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="disk">The file system; left out, the machine's.</param>
    /// <returns>Length and hash of what was written.</returns>
    /// <exception cref="EnvironmentException">The disk is full, read-only or gone; the old file is intact.</exception>
    public static Written Write(string path, Action<Stream> write, IDisk? disk = null)
    {
        disk ??= Disk.Default;
        var full = Path.GetFullPath(path);
        var temporary = $"{full}.{Environment.ProcessId}.tmp";
        long sofar = 0;

        try
        {
            var written = WriteSynced(temporary, write, disk, out sofar);
            disk.Rename(temporary, full);
            disk.SyncFolder(Path.GetDirectoryName(full)!);
            return written;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Forget(disk, temporary);
            throw StorageFailure.Explain(path, sofar, e);
        }
        catch
        {
            Forget(disk, temporary);
            throw;
        }
    }

    /// <summary>Replaces a text file (UTF-8, no byte-order mark) in one act.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="text">The content.</param>
    /// <param name="disk">The file system; left out, the machine's.</param>
    /// <returns>Length and hash of what was written.</returns>
    /// <exception cref="EnvironmentException">The disk is full, read-only or gone; the old file is intact.</exception>
    public static Written WriteText(string path, string text, IDisk? disk = null) =>
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)), disk);

    /// <summary>Length and hash of a file as it lies on the disk.</summary>
    /// <param name="path">The file.</param>
    /// <returns>What <see cref="Write"/> returned for the same content.</returns>
    public static Written Measure(string path)
    {
        RegularFile.Require(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        return new(stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    internal static Written WriteSynced(string path, Action<Stream> write, IDisk disk, out long sofar)
    {
        using var file = disk.Create(path);
        using var hashing = new HashingStream(file);

        try
        {
            write(hashing);
            hashing.Flush();
            disk.Sync(file);
        }
        finally
        {
            sofar = hashing.Position;
        }

        return new(hashing.Position, hashing.Sha256());
    }

    static void Forget(IDisk disk, string path)
    {
        try
        {
            disk.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first error is the one worth telling; a leftover temporary file is swept up by the next save.
        }
    }
}
