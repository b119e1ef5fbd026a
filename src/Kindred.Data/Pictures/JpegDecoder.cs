using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Kindred.Data.Pictures.Native;
using Kindred.Data.Views;

namespace Kindred.Data.Pictures;

/// <summary>JPEG through libjpeg-turbo: reduced by 2, 4 or 8 inside the inverse transform, and only as far down as is needed.</summary>
sealed unsafe class JpegDecoder : IDisposable
{
    /// <summary>Every scan of a progressive file passes over all its pixels: a megabyte of scans would take minutes.</summary>
    const int MaxScans = 100;

    readonly Picture inks = new();
    nint handle;

    /// <summary>Opens a decoder; one belongs to one thread.</summary>
    internal JpegDecoder()
    {
        PictureLibrary.Require(PictureLibrary.TurboJpeg);
        handle = TurboJpeg.tjInitDecompress();
        if (handle == 0)
            throw new InvalidOperationException("TurboJPEG gave no decoder");
    }

    /// <summary>Decodes into rows of RGB.</summary>
    /// <param name="bytes">The file. It is altered during the call and restored before it returns.</param>
    /// <param name="header">Its header.</param>
    /// <param name="scale">1, 2, 4 or 8: pixels of the file for one decoded.</param>
    /// <param name="bottom">The first row of the file that need not be decoded.</param>
    /// <param name="into">Receives the pixels and their placement.</param>
    internal void Decode(Span<byte> bytes, in JpegHeader header, int scale, int bottom, Picture into)
    {
        if (header.Progressive && CountScans(bytes) > MaxScans)
            throw new PictureException($"progressive JPEG with more than {MaxScans} scans; cameras and programs write about ten");
        var height = header.Height;
        var whole = header.Progressive || bottom >= height - 64;
        if (!whole)
            height = Math.Min(height, (bottom + 63) & ~31);
        int width = Reduce(header.Width, scale), rows = Reduce(height, scale);
        var target = header.Components == 4 ? inks : into;
        target.Reset(width, rows, header.Components == 4 ? 4 : 3);

        // A sequential file whose header declares fewer rows decodes just those: the lower part costs nothing.
        var field = bytes.Slice(header.HeightAt, 2);
        BinaryPrimitives.WriteUInt16BigEndian(field, (ushort)height);
        try
        {
            Run(bytes, target, header.Components == 4 ? TurboJpeg.Cmyk : TurboJpeg.Rgb, whole);
        }
        finally
        {
            BinaryPrimitives.WriteUInt16BigEndian(field, (ushort)header.Height);
        }
        if (header.Components == 4)
            Colour(inks, header.Adobe, into);
        into.Place(header.Width, header.Height, 0, 0, scale);
    }

    void Run(ReadOnlySpan<byte> bytes, Picture target, int format, bool whole)
    {
        fixed (byte* source = bytes, destination = target.Pixels)
        {
            var status = TurboJpeg.tjDecompress2(
                handle, source, new((nuint)bytes.Length), destination, target.Width, target.Stride, target.Height, format, TurboJpeg.LimitScans);
            if (status == 0)
                return;
        }
        var message = Marshal.PtrToStringUTF8((nint)TurboJpeg.tjGetErrorStr2(handle)) ?? "unknown error";

        // Stray bytes between segments are the one defect that costs no pixel; a shortened frame always has them.
        if (TurboJpeg.tjGetErrorCode(handle) == TurboJpeg.Warning && message.Contains("extraneous bytes", StringComparison.Ordinal))
            return;
        throw new PictureException(whole ? $"broken JPEG: {message}" : $"broken JPEG above row {target.Height}: {message}");
    }

    /// <summary>Ink to light: each ink takes its share of what black leaves. Adobe's files store how much ink is missing.</summary>
    static void Colour(Picture inks, bool inverted, Picture into)
    {
        into.Reset(inks.Width, inks.Height, 3);
        ReadOnlySpan<byte> from = inks.Span;
        var to = into.Span;
        var flip = inverted ? 0 : 255;
        for (var pixel = 0; pixel < inks.Width * inks.Height; pixel++)
        {
            var black = from[(4 * pixel) + 3] ^ flip;
            for (var c = 0; c < 3; c++)
                to[(3 * pixel) + c] = (byte)((((from[(4 * pixel) + c] ^ flip) * black) + 127) / 255);
        }
    }

    static int CountScans(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        for (int at; count <= MaxScans && (at = bytes.IndexOf([(byte)0xFF, (byte)0xDA])) >= 0; count++)
            bytes = bytes[(at + 2)..];
        return count;
    }

    static int Reduce(int side, int scale) => (side + scale - 1) / scale;

    public void Dispose()
    {
        if (handle != 0)
            _ = TurboJpeg.tjDestroy(handle);
        handle = 0;
    }
}
