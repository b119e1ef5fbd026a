using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Data.Sources;

/// <summary>A file inside a tar archive: its path and where its bytes lie.</summary>
readonly record struct TarEntry(byte[] Path, long Offset, long Length);

/// <summary>Reads a tar archive's headers (POSIX ustar and pax, GNU long names) without its contents.</summary>
static class TarIndex
{
    const int Block = 512;

    /// <summary>Lists the regular files of an archive.</summary>
    /// <param name="file">The open archive.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="DataException">The archive is cut or damaged; the message has the offset.</exception>
    internal static IEnumerable<TarEntry> Read(SafeFileHandle file, string path)
    {
        var length = RandomAccess.GetLength(file);
        var header = new byte[Block];
        byte[]? longName = null;
        long? longSize = null;
        for (long at = 0; ;)
        {
            if (at + Block > length || RandomAccess.Read(file, header, at) < Block)
                throw new DataException($"{path} is cut: it ends at byte {length}, before the end mark of a tar archive. Fetch or pack it again");
            if (!header.AsSpan().ContainsAnyExcept((byte)0))
                yield break;
            Verify(header, path, at);
            var size = Number(header.AsSpan(124, 12), path, at);
            var content = at + Block;
            if (longSize is { } given && header[156] is not ((byte)'x' or (byte)'g' or (byte)'L' or (byte)'K'))
                size = given;
            if (size < 0 || content + size > length)
                throw new DataException($"{path} is cut: the entry at byte {at} needs {size} bytes, but the file ends at byte {length}. Fetch or pack it again");
            switch ((char)header[156])
            {
                case 'L':
                    longName = Small(file, content, size, path);
                    break;
                case 'x':
                    (longName, longSize) = Pax(Small(file, content, size, path), longName);
                    break;
                case 'g' or 'K':
                    break;
                default:
                    if (header[156] is 0 or (byte)'0' or (byte)'7')
                        yield return new(Clean(longName ?? Name(header)), content, size);
                    (longName, longSize) = (null, null);
                    break;
            }
            at = content + ((size + Block - 1) / Block * Block);
        }
    }

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
        if ((field[0] & 0x80) != 0)
            return BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
        long value = 0;
        foreach (var b in field)
        {
            if (b is 0 or (byte)' ')
            {
                if (value != 0)
                    break;
                continue;
            }
            if (b is < (byte)'0' or > (byte)'7')
                throw new DataException($"{path} is damaged: the header at byte {at} has no number where one belongs{(at == 0 ? "; perhaps it is no tar archive" : "")}");
            value = (value * 8) + (b - '0');
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

    static byte[] Small(SafeFileHandle file, long at, long size, string path)
    {
        if (size > 1 << 20)
            throw new DataException($"{path} is damaged: an extended header of {size} bytes at byte {at}");
        var bytes = new byte[size];
        RandomAccess.Read(file, bytes, at);
        return Text(bytes).ToArray();
    }

    static (byte[]? Name, long? Size) Pax(byte[] records, byte[]? name)
    {
        long? size = null;
        ReadOnlySpan<byte> rest = records;
        while (rest.IndexOf((byte)' ') is > 0 and var space && int.TryParse(rest[..space], out var length) && length > space && length <= rest.Length)
        {
            var record = rest[(space + 1)..(length - 1)];
            if (record.StartsWith("path="u8))
                name = record[5..].ToArray();
            else if (record.StartsWith("size="u8) && long.TryParse(record[5..], out var given))
                size = given;
            rest = rest[length..];
        }
        return (name, size);
    }

    static byte[] Clean(byte[] name)
    {
        var path = name.AsSpan();
        while (path.StartsWith("./"u8) || path.StartsWith("/"u8))
            path = path[(path[0] == (byte)'/' ? 1 : 2)..];
        return path.ToArray();
    }
}
