using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using Kindred.Data.Pictures;
using Kindred.Data.Pictures.Native;

namespace Kindred.Data.Tests.Pictures;

/// <summary>Scenario R13: small files that declare or unfold into something enormous.</summary>
public sealed class BombTests
{
    [Fact]
    public void Bombs_are_refused_before_memory_is_taken()
    {
        var bombs = new (string Name, byte[] Bytes, double Milliseconds)[]
        {
            ("PNG of 50,000²", PngBomb(50_000, 50_000), 100),
            ("PNG of 2³¹−1 × 1", PngBomb(int.MaxValue, 1), 100),
            ("PNG of 2³²−1", PngBomb(-1, -1), 100),
            ("PNG of 16,000 × 16,000", PngBomb(16_000, 16_000), 100),
            ("PNG of 0 × 5", PngBomb(0, 5), 100),
            ("JPEG of 50,000²", JpegBomb(50_000, 50_000), 100),
            ("JPEG of 65,535²", JpegBomb(65_535, 65_535), 100),
            ("JPEG of 0 rows", JpegBomb(100, 0), 100),
            ("zTXt of 200 MB", ZtxtBomb(200 << 20), 100),
            ("iCCP of 200 MB", IccpBomb(200 << 20), 100),
            ("WebP of 16,383²", WebPBomb(), 100),
            ("progressive JPEG with 10,000 scans", ManyScans(10_000), 100),
        };
        using var decoder = new PictureDecoder();
        var picture = new Picture();
        decoder.Decode(Encoded.Jpeg(Encoded.Photo(8, 8)), picture);
        decoder.Decode(Encoded.Png(Encoded.Photo(8, 8)), picture);
        foreach (var (name, bytes, limit) in bombs)
        {
            var before = Process.GetCurrentProcess().WorkingSet64;
            var watch = Stopwatch.StartNew();
            var failure = Record.Exception(() => decoder.Decode(bytes, picture));
            var milliseconds = watch.Elapsed.TotalMilliseconds;
            var grown = (Process.GetCurrentProcess().WorkingSet64 - before) >> 20;
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {bytes.Length} bytes, {milliseconds:F1} ms, {grown} MB more, {failure?.Message ?? "decoded"}");
            if (!name.StartsWith("zTXt", StringComparison.Ordinal) && !name.StartsWith("iCCP", StringComparison.Ordinal))
                Assert.IsType<PictureException>(failure);
            Assert.True(failure is null or PictureException, $"{name}: {failure}");
            Assert.True(grown < 50, $"{name} took {grown} MB");
            Assert.True(milliseconds < limit * 3, $"{name} took {milliseconds:F0} ms");
        }
    }

    static byte[] PngBomb(int width, int height, params byte[][] extra)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        return [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. Encoded.PngChunk("IHDR", header), .. extra.SelectMany(c => c),
            .. Encoded.PngChunk("IDAT", Deflated((Math.Min(width, 64) * 3 + 1) * Math.Min(height, 64))), .. Encoded.PngChunk("IEND", [])];
    }

    static byte[] ZtxtBomb(int size) => PngBomb(16, 16, Encoded.PngChunk("zTXt", [(byte)'k', 0, 0, .. Deflated(size)]));

    static byte[] IccpBomb(int size) => PngBomb(16, 16, Encoded.PngChunk("iCCP", [(byte)'k', 0, 0, .. Deflated(size)]));

    static byte[] Deflated(int size)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            var zeros = new byte[1 << 20];
            for (; size > 0; size -= zeros.Length)
                zlib.Write(zeros, 0, Math.Min(size, zeros.Length));
        }
        return packed.ToArray();
    }

    static byte[] JpegBomb(int width, int height)
    {
        var bytes = Encoded.Jpeg(Encoded.Photo(16, 16));
        var frame = bytes.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(frame + 5), (ushort)height);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(frame + 7), (ushort)width);
        return bytes;
    }

    static byte[] WebPBomb()
    {
        byte[] chunk = [(byte)'V', (byte)'P', (byte)'8', (byte)' ', 20, 0, 0, 0, 0x10, 2, 0, 0x9D, 0x01, 0x2A, 0xFF, 0x3F, 0xFF, 0x3F, .. new byte[10]];
        return [(byte)'R', (byte)'I', (byte)'F', (byte)'F', (byte)(chunk.Length + 4), 0, 0, 0, (byte)'W', (byte)'E', (byte)'B', (byte)'P', .. chunk];
    }

    /// <summary>One progressive file whose last scan comes again and again: a megabyte that keeps a decoder busy for minutes.</summary>
    static byte[] ManyScans(int count)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Encoded.Fixtures, "progressive.jpg"));
        var last = bytes.AsSpan().LastIndexOf([(byte)0xFF, (byte)0xDA]);
        var scan = bytes[last..^2];
        var frame = bytes.AsSpan().IndexOf([(byte)0xFF, (byte)0xC2]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(frame + 5), 4000);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(frame + 7), 4000);
        return [.. bytes[..last], .. Enumerable.Repeat(scan, count).SelectMany(s => s), 0xFF, 0xD9];
    }
}
