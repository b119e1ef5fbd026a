using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Io;

/// <summary>One array of a file that has not been read yet.</summary>
/// <param name="Name">Its path.</param>
/// <param name="Type">What one element is.</param>
/// <param name="Shape">Sizes; empty for a single number.</param>
/// <param name="Offset">Its first byte, counted from the beginning of the file.</param>
/// <param name="Bytes">Its length.</param>
public sealed record ArrayEntry(string Name, ElementType Type, long[] Shape, long Offset, long Bytes);

/// <summary>An open safetensors file: the header is checked at once, arrays are read when asked for.</summary>
/// <remarks>
/// Checked before anything is believed: header at most 100,000,000 bytes, UTF-8 JSON beginning with <c>{</c>, no key twice, known element
/// types, shape × element without overflow, and offsets that cover the rest of the file without hole or overlap.
/// </remarks>
public sealed class SafeTensorsFile : IDisposable
{
    readonly SafeFileHandle handle;
    readonly Dictionary<string, ArrayEntry> byName;
    readonly List<MappedBytes> maps = [];

    SafeTensorsFile(string path, SafeFileHandle handle, SafeTensorsHeader header)
    {
        Path = path;
        this.handle = handle;
        Metadata = header.Metadata;
        Entries = header.Entries;
        byName = header.Entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Words that were kept beside the arrays.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The arrays in the order of the file.</summary>
    public IReadOnlyList<ArrayEntry> Entries { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file; dispose it.</returns>
    /// <exception cref="DataException">The file is missing or breaks a rule of the format.</exception>
    public static SafeTensorsFile Open(string path)
    {
        var handle = InputFile.Open(path);

        try
        {
            return new(path, handle, Header(path, handle));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file has an array of this name.</summary>
    /// <param name="name">Its path.</param>
    /// <returns>True when it has.</returns>
    public bool Contains(string name) => byName.ContainsKey(name);

    /// <summary>What is known of an array without reading it.</summary>
    /// <param name="name">Its path.</param>
    /// <returns>Type, shape and place.</returns>
    /// <exception cref="DataException">The file has no such array.</exception>
    public ArrayEntry Entry(string name) =>
        byName.TryGetValue(name, out var entry) ? entry : throw new DataException($"{Path} has no array '{name}'{Suggest.Nearest(name, byName.Keys)}; it has {Suggest.Some(byName.Keys)}.");

    /// <summary>Reads one array into memory of its own.</summary>
    /// <param name="name">Its path.</param>
    /// <returns>The array.</returns>
    /// <exception cref="DataException">The file has no such array, was cut short since it was opened, or the array exceeds 2 GiB.</exception>
    public NamedArray Read(string name)
    {
        var entry = Entry(name);

        if (entry.Bytes > Array.MaxLength)
            throw new DataException($"{Path}: '{name}' has {entry.Bytes} bytes; arrays above {Array.MaxLength} are read in pieces with ReadInto");

        var bytes = GC.AllocateUninitializedArray<byte>((int)entry.Bytes);
        ReadInto(name, 0, bytes);
        return new(name, entry.Type, entry.Shape, bytes);
    }

    /// <summary>Reads a piece of one array, straight into memory of the caller's.</summary>
    /// <param name="name">Its path.</param>
    /// <param name="from">First byte, counted from the beginning of the array.</param>
    /// <param name="destination">Filled completely.</param>
    /// <exception cref="DataException">The file has no such array or was cut short since it was opened.</exception>
    public void ReadInto(string name, long from, Span<byte> destination)
    {
        var entry = Entry(name);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, entry.Bytes - from, nameof(destination));
        InputFile.ReadExactly(Path, handle, entry.Offset + from, destination);
    }

    /// <summary>One array as mapped memory: nothing is read before it is touched. Valid until the file is disposed.</summary>
    /// <remarks>The file must keep its length while it is mapped; for files that others may cut, use <see cref="Read"/>.</remarks>
    /// <param name="name">Its path.</param>
    /// <returns>The array, at most 2 GiB.</returns>
    /// <exception cref="DataException">The file has no such array, or it exceeds 2 GiB.</exception>
    public NamedArray Map(string name)
    {
        var entry = Entry(name);

        if (entry.Bytes > int.MaxValue)
            throw new DataException($"{Path}: '{name}' has {entry.Bytes} bytes; arrays above 2 GiB are read in pieces with ReadInto");

        if (entry.Bytes == 0)
            return new(name, entry.Type, entry.Shape, default);

        var map = MappedBytes.Of(Path, entry.Offset, (int)entry.Bytes);
        maps.Add(map);
        return new(name, entry.Type, entry.Shape, map.Memory);
    }

    /// <summary>Closes the file; mapped arrays end with it.</summary>
    public void Dispose()
    {
        foreach (IDisposable map in maps)
            map.Dispose();

        handle.Dispose();
    }

    static SafeTensorsHeader Header(string path, SafeFileHandle handle)
    {
        var length = RandomAccess.GetLength(handle);
        Span<byte> prefix = stackalloc byte[8];

        if (length < 8)
            throw new DataException($"{path} is not a safetensors file: it has {length} bytes, the length of the header alone takes 8.");

        InputFile.ReadExactly(path, handle, 0, prefix);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);

        if (headerLength > SafeTensors.MaxHeader)
            throw new DataException($"{path} is not a safetensors file: it announces a header of {headerLength} bytes; the format allows {SafeTensors.MaxHeader}.");

        if ((long)headerLength > length - 8)
            throw new DataException($"{path} is cut short: it announces a header of {headerLength} bytes, {length - 8} follow.");

        var header = new byte[headerLength];
        InputFile.ReadExactly(path, handle, 8, header);
        return SafeTensorsHeader.Parse(path, header, 8 + (long)headerLength, length);
    }
}
