using System.Runtime.InteropServices;

namespace Kindred.Io;

/// <summary>A name, a shape and little-endian bytes in row order: what every tensor file comes down to.</summary>
/// <remarks>The bytes may belong to someone else (a tensor, a mapped file); they are only read. At most 2 GiB.</remarks>
public sealed class NamedArray
{
    /// <summary>Wraps bytes; nothing is copied.</summary>
    /// <param name="name">The path of the array, such as <c>encoder.conv1.weight</c>.</param>
    /// <param name="type">What one element is.</param>
    /// <param name="shape">Sizes; empty for a single number.</param>
    /// <param name="bytes">The elements in row order, little-endian.</param>
    /// <exception cref="ArgumentException">The bytes do not fill the shape.</exception>
    public NamedArray(string name, ElementType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(name);

        if (!ElementTypes.TryCount(shape, out var count) || count > long.MaxValue / 8 || count * type.Size() != bytes.Length)
            throw new ArgumentException($"{name}: {bytes.Length} bytes cannot hold {type} [{string.Join(", ", shape.ToArray())}]", nameof(bytes));

        Name = name;
        Type = type;
        Shape = shape.ToArray();
        Bytes = bytes;
    }

    /// <summary>The path of the array.</summary>
    public string Name { get; }

    /// <summary>What one element is.</summary>
    public ElementType Type { get; }

    /// <summary>Sizes; empty for a single number.</summary>
    public long[] Shape { get; }

    /// <summary>The elements in row order, little-endian.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Elements in all.</summary>
    public int Count => Bytes.Length / Type.Size();

    /// <summary>Stores a copy of .NET numbers.</summary>
    /// <typeparam name="T">A number type, see <see cref="ElementTypes.Of{T}"/>.</typeparam>
    /// <param name="name">The path of the array.</param>
    /// <param name="values">The elements in row order.</param>
    /// <param name="shape">Sizes; left out, one row of all the values, and a single number for one value.</param>
    /// <returns>The named array.</returns>
    public static NamedArray From<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<long> shape) where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values).ToArray();
        return shape.Length > 0 || values.Length == 1 ? new(name, ElementTypes.Of<T>(), shape, bytes) : new(name, ElementTypes.Of<T>(), [(long)values.Length], bytes);
    }

    /// <summary>The elements as .NET numbers of the stored type.</summary>
    /// <typeparam name="T">The stored type; bf16 reads as <see cref="ushort"/> bits.</typeparam>
    /// <returns>The elements in row order.</returns>
    /// <exception cref="InvalidOperationException">The array stores another type.</exception>
    public ReadOnlySpan<T> As<T>() where T : unmanaged
    {
        var wanted = ElementTypes.Of<T>();

        if (wanted != Type && !(Type == ElementType.BFloat16 && wanted == ElementType.UInt16))
            throw new InvalidOperationException($"{Name} holds {Type}, not {wanted}; use ToDoubles, or ask for the stored type");

        return MemoryMarshal.Cast<byte, T>(Bytes.Span);
    }

    /// <summary>The elements as doubles, whatever the stored type is.</summary>
    /// <returns>The elements in row order.</returns>
    public double[] ToDoubles()
    {
        var values = new double[Count];

        for (var i = 0; i < values.Length; i++)
            values[i] = At(i);

        return values;
    }

    /// <summary>The same bytes under another name.</summary>
    /// <param name="name">The new path.</param>
    /// <returns>An array that shares the bytes.</returns>
    public NamedArray Renamed(string name) => new(name, Type, Shape, Bytes);

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type} [{string.Join(", ", Shape)}]";

    double At(int i)
    {
        var at = Bytes.Span[(i * Type.Size())..];

        return Type switch
        {
            ElementType.Bool or ElementType.UInt8 => at[0],
            ElementType.Int8 => (sbyte)at[0],
            ElementType.UInt16 => MemoryMarshal.Read<ushort>(at),
            ElementType.Int16 => MemoryMarshal.Read<short>(at),
            ElementType.UInt32 => MemoryMarshal.Read<uint>(at),
            ElementType.Int32 => MemoryMarshal.Read<int>(at),
            ElementType.UInt64 => MemoryMarshal.Read<ulong>(at),
            ElementType.Int64 => MemoryMarshal.Read<long>(at),
            ElementType.Float16 => (double)MemoryMarshal.Read<Half>(at),
            ElementType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)MemoryMarshal.Read<ushort>(at) << 16),
            ElementType.Float32 => MemoryMarshal.Read<float>(at),
            _ => MemoryMarshal.Read<double>(at),
        };
    }
}
