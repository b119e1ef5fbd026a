using System.Buffers.Binary;

namespace Kindred.Io;

/// <summary>The CRC-32 of zip files (polynomial 0xEDB88320), eight bytes at a time.</summary>
static class Crc32
{
    const int Slices = 8;
    static readonly uint[][] Tables = Build();

    public static uint Of(ReadOnlySpan<byte> bytes) => ~Append(uint.MaxValue, bytes);

    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        var t = Tables;

        for (; bytes.Length >= Slices; bytes = bytes[Slices..])
        {
            var low = crc ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = t[7][low & 0xFF] ^ t[6][(low >> 8) & 0xFF] ^ t[5][(low >> 16) & 0xFF] ^ t[4][low >> 24]
                ^ t[3][high & 0xFF] ^ t[2][(high >> 8) & 0xFF] ^ t[1][(high >> 16) & 0xFF] ^ t[0][high >> 24];
        }

        foreach (var b in bytes)
            crc = t[0][(crc ^ b) & 0xFF] ^ (crc >> 8);

        return crc;
    }

    static uint[][] Build()
    {
        const uint polynomial = 0xEDB88320;
        var tables = Enumerable.Range(0, Slices).Select(_ => new uint[256]).ToArray();

        for (uint i = 0; i < 256; i++)
        {
            var crc = i;

            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ polynomial : crc >> 1;

            tables[0][i] = crc;
        }

        for (var slice = 1; slice < Slices; slice++)
        {
            for (var i = 0; i < 256; i++)
                tables[slice][i] = (tables[slice - 1][i] >> 8) ^ tables[0][tables[slice - 1][i] & 0xFF];
        }

        return tables;
    }
}
