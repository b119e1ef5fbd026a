using System.Runtime.InteropServices;

namespace Kindred.Io;

/// <summary>The machine's file system, with fsync of files and folders.</summary>
public sealed partial class Disk : IDisk
{
    const int ReadOnly = 0, Directory_ = 0x10000, CloseOnExec = 0x80000;

    Disk()
    {
    }

    /// <summary>The one instance; it has no state.</summary>
    public static Disk Default { get; } = new();

    /// <inheritdoc/>
    public Stream Create(string path) => new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);

    /// <inheritdoc/>
    public void Sync(Stream file) => ((FileStream)file).Flush(flushToDisk: true);

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        if (Directory.Exists(from))
            Directory.Move(from, to);
        else
            File.Move(from, to, overwrite: true);
    }

    /// <inheritdoc/>
    public void SyncFolder(string folder)
    {
        // Only Unix lets a folder be opened and synced; NTFS journals its names by itself.
        if (OperatingSystem.IsWindows())
            return;

        var flags = OperatingSystem.IsLinux() ? ReadOnly | Directory_ | CloseOnExec : ReadOnly;
        var descriptor = Open(folder, flags);

        if (descriptor < 0)
            throw new IOException($"cannot open the folder to sync it: {Marshal.GetLastPInvokeErrorMessage()} : '{folder}'", Marshal.GetLastPInvokeError());

        // Some network file systems answer EINVAL for folders: then there is nothing more to ask for.
        var failed = Fsync(descriptor) != 0 && Marshal.GetLastPInvokeError() is not (22 or 95);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);

        if (failed)
            throw new IOException($"cannot sync the folder: {Marshal.GetPInvokeErrorMessage(error)} : '{folder}'", error);
    }

    /// <inheritdoc/>
    public void CreateFolder(string folder) => Directory.CreateDirectory(folder);

    /// <inheritdoc/>
    public void Delete(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else if (File.Exists(path))
            File.Delete(path);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
