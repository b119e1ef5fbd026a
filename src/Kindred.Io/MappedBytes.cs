using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace Kindred.Io;

/// <summary>A piece of a mapped file as managed memory that refuses to be touched once it is unmapped.</summary>
sealed unsafe class MappedBytes : MemoryManager<byte>
{
    readonly MemoryMappedFile file;
    readonly MemoryMappedViewAccessor view;
    readonly int length;
    byte* start;

    MappedBytes(MemoryMappedFile file, MemoryMappedViewAccessor view, int length)
    {
        this.file = file;
        this.view = view;
        this.length = length;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += view.PointerOffset;
    }

    public static MappedBytes Of(string path, long offset, int length)
    {
        var file = MemoryMappedFile.CreateFromFile(RegularFile.Open(path), null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        return new(file, file.CreateViewAccessor(offset, length, MemoryMappedFileAccess.Read), length);
    }

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(start == null, this);
        return new(start, length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(start == null, this);
        return new(start + elementIndex);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (start == null)
            return;

        start = null;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }
}
