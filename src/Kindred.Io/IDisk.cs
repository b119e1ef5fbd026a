namespace Kindred.Io;

/// <summary>The few file operations that survive a power cut only in the right order; tests replay them on a fake.</summary>
public interface IDisk
{
    /// <summary>Creates a file, or empties the one that is there.</summary>
    /// <param name="path">The file.</param>
    /// <returns>A stream to write it.</returns>
    Stream Create(string path);

    /// <summary>Waits until what was written to the stream is on the medium.</summary>
    /// <param name="file">A stream that <see cref="Create"/> returned.</param>
    void Sync(Stream file);

    /// <summary>Gives a file or folder another name, replacing a file of that name in one act.</summary>
    /// <param name="from">The old path.</param>
    /// <param name="to">The new path, on the same file system.</param>
    void Rename(string from, string to);

    /// <summary>Waits until the names in a folder are on the medium.</summary>
    /// <param name="folder">The folder.</param>
    void SyncFolder(string folder);

    /// <summary>Creates a folder and those above it.</summary>
    /// <param name="folder">The folder.</param>
    void CreateFolder(string folder);

    /// <summary>Deletes a file, or a folder with all that is in it; nothing happens when it is not there.</summary>
    /// <param name="path">The file or folder.</param>
    void Delete(string path);
}
