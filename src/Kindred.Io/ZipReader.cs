using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Io;

/// <summary>One file in a zip.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Start">Where its local header begins.</param>
/// <param name="Data">Where its bytes begin.</param>
/// <param name="Stored">Bytes in the zip.</param>
/// <param name="Size">Bytes when unpacked.</param>
/// <param name="Crc">CRC-32 of the unpacked bytes.</param>
/// <param name="Deflated">Whether it is compressed.</param>
sealed record ZipItem(string Name, long Start, long Data, long Stored, long Size, uint Crc, bool Deflated);

/// <summary>Reads zip files of tensors and believes nothing: both directories must agree, names be plain, entries neither overlap nor leave the file.</summary>
/// <remarks>APPNOTE.TXT 6.3.10, with zip64; stored and deflated entries only.</remarks>
sealed class ZipReader : IDisposable
{
    const int MaxEntries = 500_000, EndLength = 22, MaxComment = 0xFFFF, LocalLength = 30, CentralLength = 46;
    const int MaxRatio = 1040, LocatorLength = 20;
    const uint Locator = 0x07064B50;

    readonly string path;
    readonly SafeFileHandle handle;
    readonly long length;
    readonly Dictionary<string, ZipItem> items = new(StringComparer.Ordinal);

    ZipReader(string path)
    {
        this.path = path;
        handle = InputFile.Open(path);
        length = RandomAccess.GetLength(handle);
    }

    public IReadOnlyDictionary<string, ZipItem> Items => items;

    public static ZipReader Open(string path)
    {
        var zip = new ZipReader(path);

        try
        {
            zip.ReadDirectory();
            return zip;
        }
        catch
        {
            zip.Dispose();
            throw;
        }
    }

    /// <summary>All bytes of an entry, checked against its CRC.</summary>
    public byte[] Read(ZipItem item, long most)
    {
        if (item.Size > most || item.Size > Array.MaxLength)
            throw Broken($"'{item.Name}' has {item.Size} bytes where at most {Math.Min(most, Array.MaxLength)} are expected");

        var bytes = new byte[item.Size];

        if (item.Deflated)
            Inflate(item, bytes);
        else
            InputFile.ReadExactly(path, handle, item.Data, bytes);

        return Crc32.HashToUInt32(bytes) == item.Crc ? bytes : throw Broken($"the checksum of '{item.Name}' is wrong: it is damaged");
    }

    /// <summary>A piece of an entry that is not compressed.</summary>
    public void ReadInto(ZipItem item, long from, Span<byte> destination) => InputFile.ReadExactly(path, handle, item.Data + from, destination);

    public void Dispose() => handle.Dispose();

    public DataException Broken(string what) => new($"{path} is not a valid zip file: {what}.");

    void Inflate(ZipItem item, byte[] bytes)
    {
        var packed = new byte[item.Stored];
        InputFile.ReadExactly(path, handle, item.Data, packed);

        try
        {
            using var inflate = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
            inflate.ReadExactly(bytes);

            if (inflate.ReadByte() >= 0)
                throw Broken($"'{item.Name}' unpacks to more than the {item.Size} bytes that it announces");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new DataException($"{path}: '{item.Name}' cannot be unpacked: {e.Message}", e);
        }
    }

    void ReadDirectory()
    {
        var (offset, size, count) = FindEnd();

        if (count > MaxEntries)
            throw Broken($"it lists {count} entries; at most {MaxEntries} are read");

        if (size > int.MaxValue || size < count * CentralLength)
            throw Broken($"its directory of {count} entries has {size} bytes");

        var directory = new byte[size];
        InputFile.ReadExactly(path, handle, offset, directory);
        var at = 0;

        for (var i = 0L; i < count; i++)
            Add(ReadCentral(directory, ref at, offset));

        if (at != size)
            throw Broken("its directory is longer than its entries");

        CheckOverlap(offset);
    }

    (long Offset, long Size, long Count) FindEnd()
    {
        const uint signature = 0x06054B50;
        var tail = new byte[Math.Min(length, EndLength + MaxComment)];
        InputFile.ReadExactly(path, handle, length - tail.Length, tail);

        for (var i = tail.Length - EndLength; i >= 0; i--)
        {
            var end = tail.AsSpan(i);

            if (U32(end, 0) != signature || U16(end, 20) != end.Length - EndLength)
                continue;

            var (count, size, offset) = (U16(end, 10), U32(end, 12), U32(end, 16));
            var here = length - tail.Length + i;

            if (count == 0xFFFF || size == uint.MaxValue || offset == uint.MaxValue || HasLocator(here))
                return FindEnd64(here, count, size, offset);

            if (U16(end, 4) != 0 || U16(end, 6) != 0 || U16(end, 8) != count || offset + (long)size != here)
                throw Broken("its end record does not agree with the file");

            return (offset, size, count);
        }

        throw Broken("it has no end record; it is cut short or something else");
    }

    /// <summary>Some writers, PyTorch's among them, always write the zip64 records.</summary>
    bool HasLocator(long end)
    {
        Span<byte> signature = stackalloc byte[4];

        if (end < LocatorLength)
            return false;

        InputFile.ReadExactly(path, handle, end - LocatorLength, signature);
        return U32(signature, 0) == Locator;
    }

    (long Offset, long Size, long Count) FindEnd64(long end, int shortCount, uint shortSize, uint shortOffset)
    {
        const int locatorLength = LocatorLength, recordLength = 56;
        var locator = new byte[locatorLength];
        var record = new byte[recordLength];

        if (end < locatorLength + recordLength)
            throw Broken("its zip64 record is missing");

        InputFile.ReadExactly(path, handle, end - locatorLength, locator);
        var at = I64(locator, 8);

        if (U32(locator, 0) != Locator || at < 0 || at > end - locatorLength - recordLength)
            throw Broken("its zip64 locator points nowhere");

        InputFile.ReadExactly(path, handle, at, record);
        var (count, size, offset) = (I64(record, 32), I64(record, 40), I64(record, 48));

        if (U32(record, 0) != 0x06064B50 || count != I64(record, 24) || count < 0 || size < 0 || offset < 0 || size > at || offset != at - size
            || (shortCount != 0xFFFF && shortCount != count) || (shortSize != uint.MaxValue && shortSize != size) || (shortOffset != uint.MaxValue && shortOffset != offset))
            throw Broken("its zip64 record does not agree with the file");

        return (offset, size, count);
    }

    ZipItem ReadCentral(byte[] directory, ref int at, long end)
    {
        if (directory.Length - at < CentralLength || U32(directory, at) != 0x02014B50)
            throw Broken("an entry of its directory is malformed");

        var head = directory.AsSpan(at);
        var (flags, method) = (U16(head, 8), U16(head, 10));
        int nameLength = U16(head, 28), extraLength = U16(head, 30), commentLength = U16(head, 32);

        if (head.Length < CentralLength + nameLength + extraLength + commentLength)
            throw Broken("an entry of its directory is cut short");

        var name = Name(head.Slice(CentralLength, nameLength));
        var (stored, size, start) = ((long)U32(head, 20), (long)U32(head, 24), (long)U32(head, 42));
        Widen(head.Slice(CentralLength + nameLength, extraLength), ref size, ref stored, ref start, name);
        at += CentralLength + nameLength + extraLength + commentLength;

        if ((flags & 1) != 0 || method is not (0 or 8))
            throw Broken($"'{name}' is {((flags & 1) != 0 ? "encrypted" : $"compressed by method {method}")}, which is not read here");

        if (stored < 0 || size < 0 || start < 0 || start > end - LocalLength || stored > end || (method == 0 && stored != size) || size / MaxRatio > stored)
            throw Broken($"'{name}' claims {size} bytes out of {stored} at {start}, in a file of {length}");

        return Local(new(name, start, 0, stored, size, U32(head, 16), method == 8), flags, end);
    }

    /// <summary>The header before the data must say what the directory says; readers that trust the one can be told other things than readers that trust the other.</summary>
    ZipItem Local(ZipItem item, int flags, long end)
    {
        const int streamed = 8;
        var head = new byte[LocalLength];
        InputFile.ReadExactly(path, handle, item.Start, head);
        var (nameLength, extraLength) = (U16(head, 26), U16(head, 28));
        var data = item.Start + LocalLength + nameLength + extraLength;

        if (U32(head, 0) != 0x04034B50 || data > end || item.Stored > end - data)
            throw Broken($"'{item.Name}' leads outside of the file");

        var rest = new byte[nameLength + extraLength];
        InputFile.ReadExactly(path, handle, item.Start + LocalLength, rest);
        var (stored, size, start) = ((long)U32(head, 18), (long)U32(head, 22), 0L);
        Widen(rest.AsSpan(nameLength), ref size, ref stored, ref start, item.Name);

        var same = Name(rest.AsSpan(0, nameLength)) == item.Name && U16(head, 8) == (item.Deflated ? 8 : 0) && ((U16(head, 6) ^ flags) & (streamed | 1)) == 0;
        var sizes = (flags & streamed) != 0 || (stored == item.Stored && size == item.Size && U32(head, 14) == item.Crc);

        return same && sizes ? item with { Data = data } : throw Broken($"the header of '{item.Name}' does not agree with the directory");
    }

    void Add(ZipItem item)
    {
        if (!items.TryAdd(item.Name, item))
            throw Broken($"it has two entries called '{item.Name}'");
    }

    void CheckOverlap(long end)
    {
        var at = 0L;

        foreach (var item in items.Values.OrderBy(i => i.Start))
        {
            if (item.Start < at)
                throw Broken($"'{item.Name}' overlaps the entry before it");

            at = item.Data + item.Stored;
        }

        if (at > end)
            throw Broken("an entry overlaps the directory");
    }

    string Name(ReadOnlySpan<byte> bytes)
    {
        string name;

        try
        {
            name = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Broken("the name of an entry is not UTF-8");
        }

        var plain = name.Length > 0 && name[0] != '/' && !name.Any(c => c is '\\' or ':' or '\0') && !name.Split('/').Contains("..");
        return plain ? name : throw Broken($"an entry is called '{name}', which leads elsewhere");
    }

    /// <summary>Reads the sizes that do not fit 32 bits from the zip64 field.</summary>
    void Widen(ReadOnlySpan<byte> extra, ref long size, ref long stored, ref long start, string name)
    {
        for (; extra.Length >= 4; extra = extra[(4 + U16(extra, 2))..])
        {
            var content = extra.Length - 4 >= U16(extra, 2) ? extra.Slice(4, U16(extra, 2)) : throw Broken($"an extra field of '{name}' is cut short");

            if (U16(extra, 0) != 1)
                continue;

            size = size == uint.MaxValue ? Take(ref content, name) : size;
            stored = stored == uint.MaxValue ? Take(ref content, name) : stored;
            start = start == uint.MaxValue ? Take(ref content, name) : start;
        }
    }

    long Take(ref ReadOnlySpan<byte> content, string name)
    {
        if (content.Length < 8)
            throw Broken($"the zip64 field of '{name}' is cut short");

        var value = I64(content, 0);
        content = content[8..];
        return value;
    }

    static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
