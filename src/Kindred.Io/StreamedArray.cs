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
