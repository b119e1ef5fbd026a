using System.Buffers.Binary;
using Kindred.Data.Views;

namespace Kindred.Data.Pictures;

/// <summary>Reads the one EXIF tag that changes what a picture shows: its orientation.</summary>
static class Exif
{
    const ushort OrientationTag = 0x0112;

    /// <summary>The orientation, 1 to 8; 1 if there is none or the block is broken (cameras write many broken ones).</summary>
    /// <param name="block">The EXIF block, with or without its "Exif\0\0" prefix.</param>
    internal static int Orientation(ReadOnlySpan<byte> block)
    {
        if (block.StartsWith("Exif\0\0"u8))
            block = block[6..];
        if (block.Length < 14)
            return 1;
        var little = block.StartsWith("II"u8);
        if (!little && !block.StartsWith("MM"u8))
            return 1;
        var directory = Int32(block[4..], little);
        if (directory > (uint)block.Length - 2)
            return 1;
        var count = Int16(block[(int)directory..], little);
        var entries = block[((int)directory + 2)..];
        for (var i = 0; i < count && entries.Length >= 12; i++, entries = entries[12..])
        {
            if (Int16(entries, little) == OrientationTag)
                return Value(entries, block, little) is >= 1 and <= 8 and var value ? (int)value : 1;
        }
        return 1;
    }

    /// <summary>The first value of an entry of any whole-number type; 0 if it is none. SHORT is what the standard says, others are written all the same.</summary>
    /// <remarks>TIFF 6.0, Sec. 2, and BigTIFF's 64-bit types. What takes at most four bytes stands in the entry itself, left-aligned; else its place does.</remarks>
    static ulong Value(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> block, bool little)
    {
        var bytes = Int16(entry[2..], little) switch
        {
            1 or 6 or 7 => 1,          // BYTE, SBYTE, UNDEFINED
            3 or 8 => 2,               // SHORT, SSHORT
            4 or 9 or 13 => 4,         // LONG, SLONG, IFD
            16 or 17 or 18 => 8,       // LONG8, SLONG8, IFD8
            _ => 0,
        };
        var count = Int32(entry[4..], little);
        if (bytes == 0)
            return 0;
        var value = entry[8..];
        if ((ulong)bytes * count > 4)
        {
            var at = Int32(value, little);
            if (at > block.Length || block.Length - at < bytes)
                return 0;
            value = block[(int)at..];
        }
        return bytes switch
        {
            1 => value[0],
            2 => Int16(value, little),
            4 => Int32(value, little),
            _ => little ? BinaryPrimitives.ReadUInt64LittleEndian(value) : BinaryPrimitives.ReadUInt64BigEndian(value),
        };
    }

    static ushort Int16(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    static uint Int32(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
