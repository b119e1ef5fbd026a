namespace Kindred.Io;

/// <summary>What one element of an array is, with the names that each file format gives it.</summary>
public enum ElementType
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>Unsigned, 8 bits.</summary>
    UInt8,

    /// <summary>Signed, 8 bits.</summary>
    Int8,

    /// <summary>Unsigned, 16 bits.</summary>
    UInt16,

    /// <summary>Signed, 16 bits.</summary>
    Int16,

    /// <summary>Unsigned, 32 bits.</summary>
    UInt32,

    /// <summary>Signed, 32 bits.</summary>
    Int32,

    /// <summary>Unsigned, 64 bits.</summary>
    UInt64,

    /// <summary>Signed, 64 bits.</summary>
    Int64,

    /// <summary>IEEE half precision.</summary>
    Float16,

    /// <summary>The upper half of a single: 8 bits of exponent, 7 of fraction.</summary>
    BFloat16,

    /// <summary>IEEE single precision.</summary>
    Float32,

    /// <summary>IEEE double precision.</summary>
    Float64,
}

/// <summary>Sizes and .NET types of <see cref="ElementType"/>.</summary>
public static class ElementTypes
{
    /// <summary>Bytes that one element takes.</summary>
    /// <param name="type">The element type.</param>
    /// <returns>1, 2, 4 or 8.</returns>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.Bool or ElementType.UInt8 or ElementType.Int8 => 1,
        ElementType.UInt16 or ElementType.Int16 or ElementType.Float16 or ElementType.BFloat16 => 2,
        ElementType.UInt32 or ElementType.Int32 or ElementType.Float32 => 4,
        _ => 8,
    };

    /// <summary>The element type that stores a .NET number without loss.</summary>
    /// <typeparam name="T">bool, byte, sbyte, short, ushort, int, uint, long, ulong, Half, float or double.</typeparam>
    /// <returns>Its element type.</returns>
    /// <exception cref="NotSupportedException">No file format here stores such a number.</exception>
    public static ElementType Of<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? ElementType.Float32 :
        typeof(T) == typeof(double) ? ElementType.Float64 :
        typeof(T) == typeof(long) ? ElementType.Int64 :
        typeof(T) == typeof(int) ? ElementType.Int32 :
        typeof(T) == typeof(byte) ? ElementType.UInt8 :
        typeof(T) == typeof(bool) ? ElementType.Bool :
        typeof(T) == typeof(Half) ? ElementType.Float16 :
        typeof(T) == typeof(short) ? ElementType.Int16 :
        typeof(T) == typeof(sbyte) ? ElementType.Int8 :
        typeof(T) == typeof(ushort) ? ElementType.UInt16 :
        typeof(T) == typeof(uint) ? ElementType.UInt32 :
        typeof(T) == typeof(ulong) ? ElementType.UInt64 :
        throw new NotSupportedException($"arrays of {typeof(T).Name} cannot be stored; use a number type");

    /// <summary>Elements in an array of this shape, refusing negative sizes and products beyond 2⁶³.</summary>
    /// <param name="shape">Sizes; empty for a single number.</param>
    /// <param name="count">The product.</param>
    /// <returns>False when a size is negative or the product overflows.</returns>
    public static bool TryCount(ReadOnlySpan<long> shape, out long count)
    {
        count = 1;
        var empty = false;

        foreach (var size in shape)
        {
            if (size < 0)
                return false;

            if (size == 0)
            {
                empty = true;
                continue;
            }

            if (count > long.MaxValue / size)
                return false;

            count *= size;
        }

        if (empty)
            count = 0;

        return true;
    }
}
