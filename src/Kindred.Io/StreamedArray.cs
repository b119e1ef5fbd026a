namespace Kindred.Io;

/// <summary>An array whose elements are made while it is written.</summary>
/// <param name="Name">Its path.</param>
/// <param name="Type">What one element is.</param>
/// <param name="Shape">Sizes; empty for a single number.</param>
/// <param name="Write">Writes the elements in row order, little-endian: as many bytes as the shape takes.</param>
public sealed record StreamedArray(string Name, ElementType Type, long[] Shape, Action<Stream> Write)
{
    /// <summary>Bytes that it takes.</summary>
    public long Bytes => ElementTypes.TryCount(Shape, out var count) && count <= long.MaxValue / Type.Size() ? count * Type.Size()
        : throw new ArgumentException($"{Name}: [{string.Join(", ", Shape)}] is too large.");
}

/// <summary>Hands on what is written, and counts it.</summary>
sealed class CountingStream(Stream inner) : Stream
{
    long position;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => position;

    public override long Position { get => position; set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        inner.Write(buffer);
        position += buffer.Length;
    }

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
