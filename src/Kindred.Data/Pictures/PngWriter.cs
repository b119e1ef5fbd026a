using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Kindred.Data.Sources;
using Kindred.Data.Views;

namespace Kindred.Data.Pictures;

/// <summary>Writes 8-bit PNG files: previews and packed lossless pictures.</summary>
/// <remarks>PNG specification, third edition; rows are filtered by whichever of None, Sub and Up leaves the smallest bytes.</remarks>
public static class PngWriter
{
    /// <summary>Writes a picture to a file, replacing it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="picture">1 grey, 2 grey and alpha, 3 RGB or 4 RGBA.</param>
    public static void Write(string path, Picture picture)
    {
        using var file = File.Create(path);
        Write(file, picture);
    }

    /// <summary>Writes a picture to a stream.</summary>
    /// <param name="stream">Receives the file.</param>
    /// <param name="picture">1 grey, 2 grey and alpha, 3 RGB or 4 RGBA.</param>
    public static void Write(Stream stream, Picture picture)
    {
        stream.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], picture.Height);
        header[8] = 8;
        header[9] = picture.Channels switch { 1 => 0, 2 => 4, 3 => 2, _ => 6 };
        header[10..].Clear();
        Chunk(stream, "IHDR"u8, header);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            Rows(zlib, picture);
        Chunk(stream, "IDAT"u8, packed.GetBuffer().AsSpan(0, (int)packed.Length));
        Chunk(stream, "IEND"u8, default);
    }

    static void Rows(Stream zlib, Picture picture)
    {
        var candidates = new byte[3][];
        for (var i = 0; i < 3; i++)
            candidates[i] = new byte[picture.Stride + 1];
        (candidates[1][0], candidates[2][0]) = (1, 2);
        var above = new byte[picture.Stride];
        for (var y = 0; y < picture.Height; y++)
        {
            ReadOnlySpan<byte> row = picture.Row(y);
            for (var x = 0; x < row.Length; x++)
            {
                candidates[0][x + 1] = row[x];
                candidates[1][x + 1] = (byte)(row[x] - (x >= picture.Channels ? row[x - picture.Channels] : 0));
                candidates[2][x + 1] = (byte)(row[x] - above[x]);
            }
            zlib.Write(candidates.MinBy(Roughness)!);
            row.CopyTo(above);
        }
    }

    static long Roughness(byte[] filtered)
    {
        long sum = 0;
        foreach (var b in filtered.AsSpan(1))
            sum += Math.Abs((int)(sbyte)b);
        return sum;
    }

    static void Chunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(content);
        var checksum = new Crc32();
        checksum.Append(type);
        checksum.Append(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, checksum.GetCurrentHashAsUInt32());
        stream.Write(number);
    }
}
