using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Kindred.Io;

/// <summary>NumPy's .npy files: one array behind a short text header.</summary>
/// <remarks>
/// Format: NEP 1, versions 1 to 3. Read: booleans, integers and floats of either byte order, in row or column order; pickled objects and structures
/// are refused. Written: version 1, little-endian, row order, data at a multiple of 64. NumPy has no bf16, so that is written as float32.
/// </remarks>
public static class Npy
{
    const int MaxHeader = 1 << 16, Alignment = 64;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The array, named after the file.</returns>
    /// <exception cref="DataException">The file is missing, damaged, or holds something else than numbers.</exception>
    public static NamedArray Read(string path)
    {
        using var handle = InputFile.Open(path);
        var length = RandomAccess.GetLength(handle);

        if (length > Array.MaxLength)
            throw new DataException($"{path} has {length} bytes; arrays above 2 GiB are not read.");

        var bytes = new byte[length];
        InputFile.ReadExactly(path, handle, 0, bytes);
        return Parse(path, Path.GetFileNameWithoutExtension(path), bytes);
    }

    /// <summary>Reads the bytes of a file that lies in another one, such as an archive.</summary>
    /// <param name="file">What messages call it; the array is named after it.</param>
    /// <param name="bytes">Its content.</param>
    /// <exception cref="DataException">It is damaged, or holds something else than numbers.</exception>
    public static NamedArray Parse(string file, byte[] bytes) => Parse(file, Path.GetFileNameWithoutExtension(file), bytes);

    /// <summary>Replaces a file in one act.</summary>
    /// <param name="path">The file.</param>
    /// <param name="array">The array; its name is not kept.</param>
    /// <param name="disk">The file system; left out, the machine's.</param>
    /// <returns>Length and hash of the file.</returns>
    /// <exception cref="EnvironmentException">The file could not be written.</exception>
    public static Written Save(string path, NamedArray array, IDisk? disk = null) => AtomicFile.Write(path, stream => Write(stream, array), disk);

    internal static void Write(Stream stream, NamedArray array)
    {
        array = array.Type == ElementType.BFloat16 ? Widen(array) : array;
        WriteHeader(stream, array.Type, array.Shape);
        stream.Write(array.Bytes.Span);
    }

    /// <summary>Writes what stands in front of the numbers; they follow in row order, little-endian.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="type">What one element is.</param>
    /// <param name="shape">Sizes.</param>
    public static void WriteHeader(Stream stream, ElementType type, params ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var sizes = string.Join(", ", shape.ToArray().Select(s => s.ToString(CultureInfo.InvariantCulture))) + (shape.Length == 1 ? "," : "");
        var text = $"{{'descr': '{Descr(type)}', 'fortran_order': False, 'shape': ({sizes}), }}";
        const int head = 10;
        var padded = (((head + text.Length + 1 + Alignment - 1) / Alignment) * Alignment) - head;
        Span<byte> prefix = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, 0, 0];

        BinaryPrimitives.WriteUInt16LittleEndian(prefix[8..], (ushort)padded);
        stream.Write(prefix);
        stream.Write(Encoding.ASCII.GetBytes($"{text.PadRight(padded - 1)}\n"));
    }

    internal static NamedArray Parse(string file, string name, byte[] bytes)
    {
        if (bytes.Length < 12)
            throw new DataException($"{file} is not a .npy file.");

        var (start, length) = HeaderOf(file, bytes.AsSpan(0, 12), bytes.Length);
        var header = NpyHeader.Parse(file, Encoding.Latin1.GetString(bytes, start, length));
        return ToArray(file, name, header, bytes.AsMemory(start + length));
    }

    /// <summary>Where the text of the header begins, and how long it is.</summary>
    internal static (int Start, int Length) HeaderOf(string file, ReadOnlySpan<byte> head, long bytes)
    {
        if (!head[..6].SequenceEqual(new byte[] { 0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y' }))
            throw new DataException($"{file} is not a .npy file.");

        var (version, start) = (head[6], head[6] == 1 ? 10 : 12);
        long length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(head[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(head[8..]);

        return version is >= 1 and <= 3 && length <= MaxHeader && start + length <= bytes ? (start, (int)length)
            : throw new DataException($"{file} is cut short or of an unknown version: its header of version {version} announces {length} bytes.");
    }

    static NamedArray ToArray(string file, string name, NpyHeader header, ReadOnlyMemory<byte> data)
    {
        var size = header.Type.Size();

        if (!ElementTypes.TryCount(header.Shape, out var count) || count > long.MaxValue / size || count * size != data.Length)
            throw new DataException($"{file}: {header.Type} [{string.Join(", ", header.Shape)}] does not take the {data.Length} bytes that follow; the file is cut short or damaged.");

        if (header.BigEndian && size > 1)
            data = Swap(data.ToArray(), size);

        return new(name, header.Type, header.Shape, header.ColumnOrder && header.Shape.Length > 1 ? RowOrder(data.Span, header.Shape, size) : data);
    }

    static byte[] Swap(byte[] data, int size)
    {
        for (var i = 0; i < data.Length; i += size)
            Array.Reverse(data, i, size);

        return data;
    }

    /// <summary>NumPy's column order has the first index running fastest.</summary>
    static byte[] RowOrder(ReadOnlySpan<byte> data, long[] shape, int size)
    {
        var target = new byte[data.Length];
        var index = new long[shape.Length];

        for (var i = 0; i < data.Length / size; i++)
        {
            var at = 0L;

            for (var d = 0; d < shape.Length; d++)
                at = (at * shape[d]) + index[d];

            data.Slice(i * size, size).CopyTo(target.AsSpan((int)at * size));

            for (var d = 0; d < shape.Length && ++index[d] == shape[d]; d++)
                index[d] = 0;
        }

        return target;
    }

    static NamedArray Widen(NamedArray array)
    {
        var values = Array.ConvertAll(array.ToDoubles(), v => (float)v);
        return new(array.Name, ElementType.Float32, array.Shape, System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray());
    }

    static string Descr(ElementType type) => type switch
    {
        ElementType.Bool => "|b1",
        ElementType.UInt8 => "|u1",
        ElementType.Int8 => "|i1",
        ElementType.UInt16 => "<u2",
        ElementType.Int16 => "<i2",
        ElementType.UInt32 => "<u4",
        ElementType.Int32 => "<i4",
        ElementType.UInt64 => "<u8",
        ElementType.Int64 => "<i8",
        ElementType.Float16 => "<f2",
        ElementType.Float64 => "<f8",
        _ => "<f4",
    };
}
