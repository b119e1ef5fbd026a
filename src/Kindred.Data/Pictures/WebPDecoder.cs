using System.Buffers.Binary;
using Kindred.Data.Pictures.Native;
using Kindred.Data.Views;

namespace Kindred.Data.Pictures;

/// <summary>WebP through libwebp; of an animation, the first frame.</summary>
static unsafe class WebPDecoder
{
    internal readonly record struct Header(int Width, int Height, bool Alpha, int Orientation, Range Frame);

    /// <summary>Reads the header; finds the first frame of an animation.</summary>
    /// <exception cref="PictureException">Not a WebP, cut, or an animation whose first frame does not fill its canvas.</exception>
    internal static Header ReadHeader(ReadOnlySpan<byte> bytes)
    {
        var features = Measure(bytes);
        var orientation = 1;
        if (Chunk(bytes[12..], "EXIF"u8, out var exif))
            orientation = Exif.Orientation(exif);
        if (features.HasAnimation == 0)
            return new(features.Width, features.Height, features.HasAlpha != 0, orientation, ..);
        if (!Chunk(bytes[12..], "ANMF"u8, out var frame) || frame.Length < 24)
            throw new PictureException("animated WebP without a first frame");
        frame = frame[16..]; // position, size, duration
        var first = Measure(frame);
        if ((first.Width, first.Height) != (features.Width, features.Height))
            throw new PictureException($"animated WebP whose first frame ({first.Width}×{first.Height}) does not fill its canvas ({features.Width}×{features.Height}): export one frame");
        bytes.Overlaps(frame, out var start);
        return new(first.Width, first.Height, first.HasAlpha != 0, orientation, start..(start + frame.Length));
    }

    /// <summary>Decodes into RGB, or RGBA where the file has transparency.</summary>
    internal static void Decode(ReadOnlySpan<byte> bytes, in Header header, Picture into)
    {
        into.Reset(header.Width, header.Height, header.Alpha ? 4 : 3);
        var frame = bytes[header.Frame];
        fixed (byte* source = frame, destination = into.Pixels)
        {
            var capacity = (nuint)into.Span.Length;
            var done = header.Alpha
                ? WebP.WebPDecodeRGBAInto(source, (nuint)frame.Length, destination, capacity, into.Stride)
                : WebP.WebPDecodeRGBInto(source, (nuint)frame.Length, destination, capacity, into.Stride);
            if (done == null)
                throw new PictureException("broken WebP: its pixels cannot be decoded");
        }
    }

    static WebP.Features Measure(ReadOnlySpan<byte> bytes)
    {
        WebP.Features features;
        int status;
        fixed (byte* source = bytes)
            status = WebP.WebPGetFeaturesInternal(source, (nuint)bytes.Length, &features, WebP.Abi);
        return status == 0 ? features : throw new PictureException($"broken WebP: its header cannot be read (status {status})");
    }

    static bool Chunk(ReadOnlySpan<byte> chunks, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> content)
    {
        while (chunks.Length >= 8)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(chunks[4..]);
            if (length > (uint)chunks.Length - 8)
                break;
            content = chunks.Slice(8, (int)length);
            if (chunks.StartsWith(name))
                return true;
            chunks = chunks[Math.Min(chunks.Length, 8 + (int)((length + 1) & ~1u))..];
        }
        content = default;
        return false;
    }
}
