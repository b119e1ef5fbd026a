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
            if (Int16(entries, little) != OrientationTag)
                continue;
            var value = Int16(entries[8..], little);
            return value is >= 1 and <= 8 ? value : 1;
        }
        return 1;
    }

    static ushort Int16(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    static uint Int32(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
