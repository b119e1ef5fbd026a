using System.Buffers.Binary;
using Kindred.Data.Views;

namespace Kindred.Data.Pictures;

/// <summary>What a JPEG file says before its first scan: size, colour, orientation.</summary>
/// <remarks>ITU-T T.81, Annex B. Read here rather than by the library so that sizes are checked before anything is handed to it.</remarks>
readonly record struct JpegHeader(int Width, int Height, int Components, int Orientation, bool Adobe, bool Progressive, int HeightAt)
{
    /// <summary>Reads the header.</summary>
    /// <exception cref="PictureException">Not a JPEG with 8 bits a sample, or cut before its first scan.</exception>
    internal static JpegHeader Read(ReadOnlySpan<byte> bytes)
    {
        var header = new JpegHeader(0, 0, 0, 1, false, false, 0);
        var at = 2;
        while (NextSegment(bytes, ref at, out var marker, out var segment))
        {
            if (marker == 0xDA)
                return header.Components > 0 ? header : throw new PictureException("JPEG scan before its frame header");
            header = marker switch
            {
                0xE1 when segment.StartsWith("Exif\0\0"u8) => header with { Orientation = Exif.Orientation(segment) },
                0xEE when segment.StartsWith("Adobe"u8) => header with { Adobe = true },
                >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) when header.Components == 0 => Frame(header, marker, segment, at),
                _ => header,
            };
        }
        throw new PictureException("JPEG cut before its first scan");
    }

    static bool NextSegment(ReadOnlySpan<byte> bytes, ref int at, out int marker, out ReadOnlySpan<byte> segment)
    {
        marker = 0;
        segment = default;
        while (at < bytes.Length && bytes[at] != 0xFF)
            at++;
        while (at < bytes.Length && bytes[at] == 0xFF)
            at++;
        if (at + 3 > bytes.Length)
            return false;
        marker = bytes[at++];
        if (marker is 0 or 1 or (>= 0xD0 and <= 0xD9))
            return true;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        if (length < 2 || at + length > bytes.Length)
            return false;
        segment = bytes.Slice(at + 2, length - 2);
        at += length;
        return true;
    }

    static JpegHeader Frame(JpegHeader header, int marker, ReadOnlySpan<byte> segment, int end)
    {
        if (segment.Length < 6)
            throw new PictureException("JPEG frame header of fewer than 8 bytes");
        if (segment[0] != 8)
            throw new PictureException($"JPEG with {segment[0]} bits a sample; 8 are read: convert it");
        if (segment[5] is not (1 or 3 or 4))
            throw new PictureException($"JPEG with {segment[5]} components; 1 (grey), 3 (colour) and 4 (CMYK) are read");
        return header with
        {
            Height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]),
            Width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]),
            Components = segment[5],
            Progressive = marker is not (0xC0 or 0xC1),
            HeightAt = end - segment.Length + 1,
        };
    }
}
