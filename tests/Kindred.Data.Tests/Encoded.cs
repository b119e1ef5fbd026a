using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;

namespace Kindred.Data.Tests;

/// <summary>Encoded pictures for the tests, made on the spot.</summary>
static unsafe partial class Encoded
{
    const int Subsampling420 = 2;

    public static string Fixtures => Path.Combine(AppContext.BaseDirectory, "Fixtures");

    /// <summary>Smooth colours that differ from seed to seed.</summary>
    public static Picture Photo(int width, int height, int seed = 0)
    {
        var picture = new Picture(width, height, 3);
        var random = new Random(seed);
        double a = random.NextDouble() * 6, b = random.NextDouble() * 6, c = 1 + random.NextDouble() * 4;
        for (var y = 0; y < height; y++)
        {
            var row = picture.Row(y);
            for (var x = 0; x < width; x++)
            {
                double u = (double)x / width, v = (double)y / height;
                row[3 * x] = (byte)(128 + (100 * Math.Sin(a + (c * u * 3))));
                row[(3 * x) + 1] = (byte)(128 + (100 * Math.Cos(b + (c * v * 4))));
                row[(3 * x) + 2] = (byte)(128 + (90 * Math.Sin(a + b + (6 * u * v * c))));
            }
        }
        return picture;
    }

    public static byte[] Jpeg(Picture picture, int quality = 90)
    {
        var handle = tjInitCompress();
        byte* bytes = null;
        CULong size = default;
        fixed (byte* pixels = picture.Pixels)
        {
            var format = picture.Channels == 1 ? 6 : 0;
            var status = tjCompress2(handle, pixels, picture.Width, picture.Stride, picture.Height, format, &bytes, &size, picture.Channels == 1 ? 3 : Subsampling420, quality, 0);
            Assert.Equal(0, status);
        }
        var jpeg = new ReadOnlySpan<byte>(bytes, (int)size.Value).ToArray();
        tjFree(bytes);
        _ = tjDestroy(handle);
        return jpeg;
    }

    public static byte[] Png(Picture picture)
    {
        using var stream = new MemoryStream();
        PngWriter.Write(stream, picture);
        return stream.ToArray();
    }

    /// <summary>A PNG chunk with a correct checksum.</summary>
    public static byte[] PngChunk(string type, byte[] content)
    {
        var chunk = new byte[content.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        System.Text.Encoding.ASCII.GetBytes(type).CopyTo(chunk, 4);
        content.CopyTo(chunk, 8);
        var crc = uint.MaxValue;
        foreach (var b in chunk.AsSpan(4, content.Length + 4))
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : 0xEDB88320 ^ (crc >> 1);
        }
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(content.Length + 8), ~crc);
        return chunk;
    }

    [LibraryImport("libturbojpeg.so.0")]
    private static partial nint tjInitCompress();

    [LibraryImport("libturbojpeg.so.0")]
    private static partial int tjDestroy(nint handle);

    [LibraryImport("libturbojpeg.so.0")]
    private static partial int tjCompress2(nint handle, byte* source, int width, int pitch, int height, int format, byte** jpeg, CULong* size, int subsampling, int quality, int flags);

    [LibraryImport("libturbojpeg.so.0")]
    private static partial void tjFree(byte* buffer);
}
