using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Kindred.Data.Pictures.Native;
using Kindred.Data.Views;

namespace Kindred.Data.Pictures;

/// <summary>PNG through libspng: every depth and colour type to RGB or RGBA of 8 bits, rows below the region left alone.</summary>
static unsafe class PngDecoder
{
    /// <summary>A chunk may hold, and all kept chunks together, this many bytes once inflated: colour profiles fit, bombs do not.</summary>
    const int ChunkLimit = 4 << 20, CacheLimit = 8 << 20;

    internal readonly record struct Header(int Width, int Height, bool Alpha, bool Interlaced, int Orientation);

    /// <summary>Reads the header and the chunks before the pixels.</summary>
    /// <exception cref="PictureException">No valid header.</exception>
    internal static Header ReadHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 33 || !bytes[12..].StartsWith("IHDR"u8))
            throw new PictureException("PNG cut before its header");
        uint width = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]), height = BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]);
        var (alpha, orientation) = (bytes[25] is 4 or 6, 1);
        for (var at = 33L; at + 12 <= bytes.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[(int)at..]);
            var type = bytes.Slice((int)at + 4, 4);
            if (type.SequenceEqual("IDAT"u8) || at + 12 + length > bytes.Length)
                break;
            alpha |= type.SequenceEqual("tRNS"u8);
            if (type.SequenceEqual("eXIf"u8))
                orientation = Exif.Orientation(bytes.Slice((int)at + 8, (int)length));
            at += 12 + length;
        }
        return new((int)Math.Min(width, int.MaxValue), (int)Math.Min(height, int.MaxValue), alpha, bytes[28] != 0, orientation);
    }

    /// <summary>Decodes into RGB, or RGBA where the file has transparency.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="header">Its header.</param>
    /// <param name="bottom">The first row that need not be decoded.</param>
    /// <param name="limits">The sizes allowed.</param>
    /// <param name="into">Receives the pixels and their placement.</param>
    internal static void Decode(ReadOnlySpan<byte> bytes, in Header header, int bottom, PictureLimits limits, Picture into)
    {
        var rows = header.Interlaced ? header.Height : Math.Min(bottom, header.Height);
        into.Reset(header.Width, rows, header.Alpha ? 4 : 3);
        into.Place(header.Width, header.Height, 0, 0, 1);
        var context = Spng.spng_ctx_new(0);
        if (context == 0)
            throw new InvalidOperationException("libspng gave no decoder");
        try
        {
            fixed (byte* source = bytes, destination = into.Pixels)
            {
                Check(Spng.spng_set_image_limits(context, (uint)limits.MaxSide, (uint)limits.MaxSide));
                Check(Spng.spng_set_chunk_limits(context, ChunkLimit, CacheLimit));
                Check(Spng.spng_set_png_buffer(context, source, (nuint)bytes.Length));
                Rows(context, destination, into, whole: rows == header.Height);
            }
        }
        finally
        {
            Spng.spng_ctx_free(context);
        }
    }

    static void Rows(nint context, byte* destination, Picture into, bool whole)
    {
        var format = into.Channels == 4 ? Spng.Rgba8 : Spng.Rgb8;
        if (whole)
        {
            Check(Spng.spng_decode_image(context, destination, (nuint)into.Span.Length, format, Spng.ApplyTransparency));
            return;
        }
        Check(Spng.spng_decode_image(context, null, 0, format, Spng.ApplyTransparency | Spng.Progressive));
        for (var y = 0; y < into.Height; y++)
        {
            var status = Spng.spng_decode_row(context, destination + ((long)y * into.Stride), (nuint)into.Stride);
            if (status != Spng.EndOfImage)
                Check(status);
        }
    }

    static void Check(int status)
    {
        if (status != 0)
            throw new PictureException($"broken PNG: {Marshal.PtrToStringUTF8((nint)Spng.spng_strerror(status))}");
    }
}
