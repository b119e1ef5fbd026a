using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Kindred.Data.Sources;

/// <summary>Gzip files, unpacked in memory.</summary>
static class Gzip
{
    /// <summary>The content of a file whose name ends in <c>.gz</c>; of any other the bytes as they are.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="most">Bytes that the content may have.</param>
    /// <exception cref="DataException">It is no gzip file, cut, or its content too large.</exception>
    internal static byte[] Unpacked(string name, byte[] bytes, long most)
    {
        if (!name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) return bytes;
        try
        {
            using var content = new MemoryStream();
            using var packed = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            var piece = new byte[1 << 16];
            while (packed.Read(piece) is > 0 and var read)
            {
                content.Write(piece, 0, read);
                if (content.Length > most) throw new DataException($"{name} unpacks to more than {most} bytes.");
            }
            return bytes.Length > 0 && Ends(bytes, content.GetBuffer().AsSpan(0, (int)content.Length)) ? content.ToArray()
                : throw new DataException($"{name} is cut: it does not end as gzip does. Fetch it again.");
        }
        catch (InvalidDataException e) { throw new DataException($"{name} is no gzip file, or damaged: {e.Message}", e); }
    }

    // The library takes a cut file for a whole one. The last eight bytes are checksum and length of the last part: files that were packed one by one may stand behind one another.
    static bool Ends(byte[] packed, ReadOnlySpan<byte> content)
    {
        if (packed.Length < 18) return false;
        var (sum, length) = (BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(packed.Length - 8)), BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(packed.Length - 4)));
        return length <= content.Length && Crc32.HashToUInt32(content[^(int)length..]) == sum;
    }
}
