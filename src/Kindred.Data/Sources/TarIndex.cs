using System.Buffers.Text;
using Kindred.Data.Files;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Data.Sources;

/// <summary>A file inside a tar archive: its path, and where its bytes lie or which other file it is.</summary>
/// <param name="Path">As the archive has it.</param>
/// <param name="Offset">The first byte of its content.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="Link">The file that it links to, as the archive has it; null for a file of its own.</param>
/// <param name="Symbolic">Whether <paramref name="Link"/> counts from the folder of <paramref name="Path"/> instead of the archive's root.</param>
readonly record struct TarEntry(byte[] Path, long Offset, long Length, byte[]? Link = null, bool Symbolic = false);

/// <summary>Reads a tar archive's headers (POSIX ustar and pax, GNU long names) without its contents.</summary>
/// <remarks>No number of a header is believed before it was held against the file's length, so no sum of them overflows.</remarks>
static class TarIndex
{
    const int Block = 512, MaxExtended = 1 << 20;

    /// <summary>No system takes longer paths; the table of names does not either.</summary>
    const int MaxPath = 32_768;

    /// <summary>Lists the regular files and links of an archive.</summary>
    /// <param name="file">The open archive.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="DataException">The archive is cut or damaged; the message has the offset.</exception>
    internal static IEnumerable<TarEntry> Read(SafeFileHandle file, string path)
    {
        var length = RandomAccess.GetLength(file);
        var header = new byte[Block];
        var extended = default(Extended);
        for (long at = 0; ;)
        {
            if (length - at < Block || RandomAccess.Read(file, header, at) < Block)
                throw new DataException($"{path} is cut: it ends at byte {length}, before the end mark of a tar archive. Fetch or pack it again");
            if (!header.AsSpan().ContainsAnyExcept((byte)0))
                yield break;
            Verify(header, path, at);
            var type = (char)header[156];
            var describes = type is 'x' or 'g' or 'L' or 'K';
            var size = !describes && extended.Size is { } given ? given : Number(header.AsSpan(124, 12), path, at);
            var content = at + Block;
            if (size > length - content)
                throw new DataException($"{path} is cut: the entry at byte {at} needs {size} bytes, but the file ends at byte {length}. Fetch or pack it again");
            if (describes)
                extended = Describe(extended, type, Small(file, content, size, path, at), path, content);
            else if (type is '\0' or '0' or '7' or '1' or '2')
                yield return Entry(header, extended, content, size, path, at);
            if (!describes)
                extended = default;
            at = content + size + ((Block - (size % Block)) % Block);
        }
    }

    static TarEntry Entry(byte[] header, in Extended extended, long content, long size, string path, long at)
    {
        var name = extended.Name ?? Name(header);
        if (name.Length > MaxPath)
            throw new DataException($"{path} is damaged: the entry at byte {at} has a name of {name.Length} bytes; at most {MaxPath} are read");
        return header[156] is (byte)'1' or (byte)'2'
            ? new(name, content, 0, extended.Link ?? Text(header.AsSpan(157, 100)).ToArray(), header[156] == (byte)'2')
            : new(name, content, size);
    }

    /// <summary>What the headers before an entry say about it.</summary>
    readonly record struct Extended(byte[]? Name, byte[]? Link, long? Size);

    static Extended Describe(Extended known, char type, byte[] bytes, string path, long at) => type switch
    {
        'L' => known with { Name = Text(bytes).ToArray() },
        'K' => known with { Link = Text(bytes).ToArray() },
        'x' => Pax(bytes, known, path, at),
        _ => known,
    };

    static void Verify(byte[] header, string path, long at)
    {
        var sum = 8 * ' ';
        for (var i = 0; i < Block; i++)
            sum += i is >= 148 and < 156 ? 0 : header[i];
        if (Number(header.AsSpan(148, 8), path, at) == sum)
            return;
        var gzip = header is [0x1F, 0x8B, ..] or [0x28, 0xB5, 0x2F, 0xFD, ..] or [(byte)'B', (byte)'Z', (byte)'h', ..] or [0xFD, (byte)'7', ..];
        throw new DataException(at == 0 && gzip
            ? $"{path} is compressed; pictures are read at random, so unpack it first (gunzip, unzstd, bunzip2, unxz)"
            : $"{path} is damaged: the header at byte {at} does not match its checksum{(at == 0 ? "; perhaps it is no tar archive" : "")}");
    }

    /// <summary>Octal text, or a big-endian number marked by its first bit.</summary>
    static long Number(ReadOnlySpan<byte> field, string path, long at)
    {
        long value = 0;
        if ((field[0] & 0x80) != 0)
        {
            for (var i = 0; i < field.Length; i++)
            {
                if (value > long.MaxValue >> 8)
                    throw new DataException($"{path} is damaged: the header at byte {at} has a number below 0 or beyond any file");
                value = (value << 8) | (i == 0 ? field[0] & 0x7Fu : field[i]);
            }
            return value;
        }
        var began = false;
        foreach (var b in field) // at most 12 digits, 36 bits
        {
            if (b is 0 or (byte)' ')
            {
                if (began)
                    break;
                continue;
            }
            if (b is < (byte)'0' or > (byte)'7')
                throw new DataException($"{path} is damaged: the header at byte {at} has no number where one belongs{(at == 0 ? "; perhaps it is no tar archive" : "")}");
            (value, began) = ((value * 8) + (b - '0'), true);
        }
        return value;
    }

    static byte[] Name(byte[] header)
    {
        var name = Text(header.AsSpan(0, 100));
        var prefix = Text(header.AsSpan(345, 155));
        return header.AsSpan(257).StartsWith("ustar\0"u8) && prefix.Length > 0 ? [.. prefix, (byte)'/', .. name] : name.ToArray();
    }

    static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field;

    static byte[] Small(SafeFileHandle file, long content, long size, string path, long at)
    {
        if (size > MaxExtended)
            throw new DataException($"{path} is damaged: the header at byte {at} describes an entry with {size} bytes; at most {MaxExtended} are read");
        var bytes = new byte[size];
        return RandomAccess.Read(file, bytes, content) == size ? bytes : throw new DataException($"{path} is cut: it was shortened while it was read, at byte {content}");
    }

    /// <summary>Records of the form <c>LENGTH KEY=VALUE\n</c>, where the length counts the whole record.</summary>
    static Extended Pax(byte[] records, Extended known, string path, long start)
    {
        for (var at = 0; at < records.Length;)
        {
            var rest = records.AsSpan(at);
            if (rest[0] == 0)
                break; // some writers fill up with zeros
            var space = rest.IndexOf((byte)' ');
            if (space < 1 || !Utf8Parser.TryParse(rest[..space], out int length, out var used) || used != space || length < space + 3 || length > rest.Length || rest[length - 1] != (byte)'\n')
                throw new DataException($"{path} is damaged: no extended header record of the form 'LENGTH KEY=VALUE' at byte {start + at}");
            var record = rest[(space + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals < 1)
                throw new DataException($"{path} is damaged: the extended header record at byte {start + at} has no key");
            var key = record[..equals];
            var value = record[(equals + 1)..];
            if (key.SequenceEqual("path"u8))
                known = known with { Name = Text(value).ToArray() };
            else if (key.SequenceEqual("linkpath"u8))
                known = known with { Link = Text(value).ToArray() };
            else if (key.SequenceEqual("size"u8))
                known = known with { Size = Size(value, path, start + at) };
            at += length;
        }
        return known;
    }

    static long? Size(ReadOnlySpan<byte> text, string path, long at)
    {
        if (text.IsEmpty)
            return null; // an empty value takes a key back
        return Utf8Parser.TryParse(text, out long size, out var used) && used == text.Length && size >= 0
            ? size
            : throw new DataException($"{path} is damaged: the size at byte {at} is no number of bytes: {FileNames.Printable(FileNames.Decode(text))}");
    }
}
