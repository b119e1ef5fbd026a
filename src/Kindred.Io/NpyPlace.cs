using System.Buffers.Binary;
using System.Text;

namespace Kindred.Io;

/// <summary>Where the numbers of a <c>.npy</c> file lie: for files that are too long to be read as a whole.</summary>
/// <param name="Type">What one element is.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Offset">The first byte of the numbers.</param>
public sealed record NpyPlace(ElementType Type, long[] Shape, long Offset)
{
    /// <summary>Reads the header, and checks that the file is as long as it says.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataException">It is missing, cut short, or in column order or the other byte order.</exception>
    public static NpyPlace Read(string path)
    {
        using var handle = InputFile.Open(path);
        var length = RandomAccess.GetLength(handle);
        Span<byte> head = stackalloc byte[12];
        if (length < head.Length) throw new DataException($"{path} is not a .npy file: it has {length} bytes.");
        InputFile.ReadExactly(path, handle, 0, head);
        var (start, size) = Npy.HeaderOf(path, head, length);
        var text = new byte[size];
        InputFile.ReadExactly(path, handle, start, text);
        var header = NpyHeader.Parse(path, Encoding.Latin1.GetString(text));
        if (header.BigEndian || header.ColumnOrder)
            throw new DataException($"{path} is written in {(header.BigEndian ? "big-endian" : "column")} order; save it with np.save(FILE, np.ascontiguousarray(x, dtype='<f4')).");
        if (!ElementTypes.TryCount(header.Shape, out var count) || count > long.MaxValue / header.Type.Size() || count * header.Type.Size() != length - start - size)
            throw new DataException($"{path}: {header.Type} [{string.Join(", ", header.Shape)}] does not take the {length - start - size} bytes that follow; the file is cut short or damaged.");
        return new(header.Type, header.Shape, start + size);
    }
}
