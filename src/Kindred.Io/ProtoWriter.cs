using System.Buffers.Binary;
using System.Text;

namespace Kindred.Io;

/// <summary>Writes the few protocol-buffer fields that event files and ONNX files need.</summary>
/// <remarks>A field is a tag (number × 8 + wire type) and a value; wire types 0 varint, 1 eight bytes, 2 counted bytes, 5 four bytes.</remarks>
sealed class ProtoWriter
{
    readonly MemoryStream bytes = new();

    public byte[] ToArray() => bytes.ToArray();

    public ProtoWriter Varint(int field, long value)
    {
        Tag(field, 0);
        Raw((ulong)value);
        return this;
    }

    public ProtoWriter Double(int field, double value)
    {
        Tag(field, 1);
        Span<byte> raw = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(raw, value);
        bytes.Write(raw);
        return this;
    }

    public ProtoWriter Float(int field, float value)
    {
        Tag(field, 5);
        Span<byte> raw = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(raw, value);
        bytes.Write(raw);
        return this;
    }

    public ProtoWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoWriter Message(int field, Action<ProtoWriter> write)
    {
        var inner = new ProtoWriter();
        write(inner);
        return Bytes(field, inner.ToArray());
    }

    public ProtoWriter Doubles(int field, ReadOnlySpan<double> values)
    {
        var raw = new byte[values.Length * 8];

        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(raw.AsSpan(i * 8), values[i]);

        return Bytes(field, raw);
    }

    public ProtoWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, 2);
        Raw((ulong)value.Length);
        bytes.Write(value);
        return this;
    }

    /// <summary>Begins a field of counted bytes that somebody else writes.</summary>
    public ProtoWriter Lead(int field, long length)
    {
        Tag(field, 2);
        Raw((ulong)length);
        return this;
    }

    void Tag(int field, int wire) => Raw((ulong)((field << 3) | wire));

    void Raw(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            bytes.WriteByte((byte)(value | 0x80));

        bytes.WriteByte((byte)value);
    }
}
