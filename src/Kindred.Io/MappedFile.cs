using System.IO.MemoryMappedFiles;

namespace Kindred.Io;

/// <summary>A whole file as mapped memory, of any length: nothing is read before it is touched.</summary>
/// <remarks>The file must keep its length while it is mapped: who cuts it meanwhile ends the process. Safe to read from any thread.</remarks>
public sealed unsafe class MappedFile : IDisposable
{
    readonly MemoryMappedFile file;
    readonly MemoryMappedViewAccessor view;
    byte* start;

    MappedFile(string path, MemoryMappedFile file, MemoryMappedViewAccessor view, long length)
    {
        (Path, this.file, this.view, Length) = (path, file, view, length);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += view.PointerOffset;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Its bytes.</summary>
    public long Length { get; }

    /// <summary>Maps a file for reading.</summary>
    /// <param name="path">The file; it must not be empty.</param>
    /// <exception cref="DataException">There is no such file, or it is empty.</exception>
    public static MappedFile Open(string path)
    {
        var handle = RegularFile.Open(path);
        var length = RandomAccess.GetLength(handle);
        if (length == 0)
        {
            handle.Dispose();
            throw new DataException($"{path} is empty.");
        }
        var file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        return new(path, file, file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read), length);
    }

    /// <summary>A stretch of the file as numbers of the machine's byte order.</summary>
    /// <typeparam name="T">A type without references.</typeparam>
    /// <param name="offset">The first byte; a multiple of the size of <typeparamref name="T"/>.</param>
    /// <param name="count">How many numbers.</param>
    /// <exception cref="DataException">The file is shorter.</exception>
    public ReadOnlySpan<T> Slice<T>(long offset, int count) where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(start == null, this);
        if (offset < 0 || count < 0 || offset > Length - ((long)count * sizeof(T)))
            throw new DataException($"{Path} is cut short or damaged: {(long)count * sizeof(T)} bytes from {offset} were to be read, it has {Length}.");
        return new(start + offset, count);
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose()
    {
        if (start == null) return;
        start = null;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }
}
