using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Kindred.Io;

/// <summary>Writes zip files of uncompressed entries, the same bytes for the same content: no time, no names of machines.</summary>
/// <param name="stream">Where to; need not be seekable.</param>
/// <param name="alignment">The data of every entry begins at a multiple of this.</param>
sealed class ZipWriter(Stream stream, int alignment = 1)
{
    const ushort Version = 45, Utf8 = 0x800, NewYear1980 = 0x21, PaddingField = 0x4246;

    readonly List<(byte[] Name, long Start, long Size, uint Crc)> entries = [];
    long position;

    public void Add(string name, ReadOnlySpan<byte> content)
    {
        var (bytes, start, crc) = (Encoding.UTF8.GetBytes(name), position, Crc32.HashToUInt32(content));
        var padding = Padding(start + 30 + bytes.Length);

        Write(w => { w.Write(0x04034B50u); w.Write(Version); });
        Common(crc, content.Length, bytes.Length, padding);
        Write(w => { w.Write(bytes); Pad(w, padding); });
        stream.Write(content);
        position += content.Length;
        entries.Add((bytes, start, content.Length, crc));
    }

    public void Finish()
    {
        var start = position;

        foreach (var entry in entries)
            Central(entry);

        End(start, position - start);
    }

    void Common(uint crc, long size, int nameLength, int extraLength) => Write(w =>
    {
        w.Write(Utf8);
        w.Write((ushort)0);
        w.Write((ushort)0);
        w.Write(NewYear1980);
        w.Write(crc);
        w.Write((uint)size);
        w.Write((uint)size);
        w.Write((ushort)nameLength);
        w.Write((ushort)extraLength);
    });

    /// <summary>Entries are below 2 GiB each; only where they begin may take more than 32 bits.</summary>
    void Central((byte[] Name, long Start, long Size, uint Crc) entry)
    {
        const int wide = 12;
        var far = entry.Start >= uint.MaxValue;

        Write(w => { w.Write(0x02014B50u); w.Write(Version); w.Write(Version); });
        Common(entry.Crc, entry.Size, entry.Name.Length, far ? wide : 0);
        Write(w =>
        {
            w.Write((ushort)0);
            w.Write((ushort)0);
            w.Write((ushort)0);
            w.Write(0u);
            w.Write(far ? uint.MaxValue : (uint)entry.Start);
            w.Write(entry.Name);

            if (!far)
                return;

            w.Write((ushort)1);
            w.Write((ushort)8);
            w.Write(entry.Start);
        });
    }

    void End(long start, long size)
    {
        var wide = start >= uint.MaxValue || size >= uint.MaxValue || entries.Count >= ushort.MaxValue;
        var at = position;

        Write(w =>
        {
            if (wide)
            {
                w.Write(0x06064B50u);
                w.Write(44L);
                w.Write(Version);
                w.Write(Version);
                w.Write(0u);
                w.Write(0u);
                w.Write((long)entries.Count);
                w.Write((long)entries.Count);
                w.Write(size);
                w.Write(start);
                w.Write(0x07064B50u);
                w.Write(0u);
                w.Write(at);
                w.Write(1u);
            }

            w.Write(0x06054B50u);
            w.Write(0u);
            w.Write(wide ? ushort.MaxValue : (ushort)entries.Count);
            w.Write(wide ? ushort.MaxValue : (ushort)entries.Count);
            w.Write(wide ? uint.MaxValue : (uint)size);
            w.Write(wide ? uint.MaxValue : (uint)start);
            w.Write((ushort)0);
        });
    }

    int Padding(long data)
    {
        const int head = 4;
        var missing = (int)((alignment - (data % alignment)) % alignment);
        return missing == 0 ? 0 : missing >= head ? missing : missing + alignment;
    }

    static void Pad(BinaryWriter writer, int padding)
    {
        if (padding == 0)
            return;

        writer.Write(PaddingField);
        writer.Write((ushort)(padding - 4));
        writer.Write(new byte[padding - 4]);
    }

    void Write(Action<BinaryWriter> write)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer);
        write(writer);
        writer.Flush();
        stream.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        position += buffer.Length;
    }
}
