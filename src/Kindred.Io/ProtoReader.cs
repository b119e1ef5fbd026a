using System.Buffers.Binary;
using System.Text;

namespace Kindred.Io;

/// <summary>Reads protocol-buffer fields from untrusted bytes.</summary>
ref struct ProtoReader(ReadOnlySpan<byte> bytes)
{
    ReadOnlySpan<byte> rest = bytes;

    public int Field { get; private set; }

    /// <summary>The value of a varint, or the bits of a four- or eight-byte field.</summary>
    public ulong Bits { get; private set; }

    public ReadOnlySpan<byte> Content { get; private set; }

    public readonly double AsDouble => BitConverter.UInt64BitsToDouble(Bits);

    public readonly float AsFloat => BitConverter.UInt32BitsToSingle((uint)Bits);

    public readonly string AsText => Encoding.UTF8.GetString(Content);

    public bool Next()
    {
        if (rest.IsEmpty)
            return false;

        var tag = Varint();
        Field = (int)Math.Min(tag >> 3, int.MaxValue);
        Content = default;

        switch (tag & 7)
        {
            case 0:
                Bits = Varint();
                break;
            case 1:
                Bits = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                Content = Take(Varint());
                break;
            case 5:
                Bits = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw new DataException($"a field of the unknown wire type {tag & 7}");
        }

        return true;
    }

    ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)rest.Length)
            throw new DataException($"a field of {count} bytes where {rest.Length} are left");

        var taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }

    ulong Varint()
    {
        ulong value = 0;

        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;

            if (next < 0x80)
                return value;
        }

        throw new DataException("a number of more than ten bytes");
    }
}
