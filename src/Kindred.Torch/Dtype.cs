namespace Kindred.Torch;

/// <summary>The element type of a tensor.</summary>
public readonly record struct Dtype
{
    readonly byte code;

    internal Dtype(int code) => this.code = (byte)code;

    internal int Code => code;

    /// <summary>Unsigned 8-bit integers.</summary>
    public static Dtype UInt8 => new(0);
    /// <summary>Signed 8-bit integers.</summary>
    public static Dtype Int8 => new(1);
    /// <summary>16-bit integers.</summary>
    public static Dtype Int16 => new(2);
    /// <summary>32-bit integers.</summary>
    public static Dtype Int32 => new(3);
    /// <summary>64-bit integers: indices and labels.</summary>
    public static Dtype Int64 => new(4);
    /// <summary>IEEE half precision.</summary>
    public static Dtype Float16 => new(5);
    /// <summary>Single precision, the default.</summary>
    public static Dtype Float32 => new(6);
    /// <summary>Double precision.</summary>
    public static Dtype Float64 => new(7);
    /// <summary>Truth values.</summary>
    public static Dtype Bool => new(11);
    /// <summary>Brain floating point: the range of single precision with 8 bits of mantissa.</summary>
    public static Dtype BFloat16 => new(15);

    /// <summary>Bytes an element takes.</summary>
    public int Size => code switch { 0 or 1 or 11 => 1, 2 or 5 or 15 => 2, 3 or 6 => 4, 4 or 7 or 8 or 9 => 8, _ => 16 };

    /// <summary>Whether the type holds fractions.</summary>
    public bool IsFloatingPoint => code is 5 or 6 or 7 or 15;

    /// <summary>The dtype whose elements are <typeparamref name="T"/>.</summary>
    /// <exception cref="ArgumentException">No dtype has such elements.</exception>
    public static Dtype Of<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? Float32 : typeof(T) == typeof(double) ? Float64 : typeof(T) == typeof(long) ? Int64
        : typeof(T) == typeof(int) ? Int32 : typeof(T) == typeof(byte) ? UInt8 : typeof(T) == typeof(bool) ? Bool
        : typeof(T) == typeof(short) ? Int16 : typeof(T) == typeof(sbyte) ? Int8 : typeof(T) == typeof(Half) ? Float16
        : throw new ArgumentException($"no tensor has elements of type {typeof(T).Name}; use float, double, long, int, short, sbyte, byte, bool or Half");

    /// <inheritdoc/>
    public override string ToString() => code switch
    {
        0 => "uint8", 1 => "int8", 2 => "int16", 3 => "int32", 4 => "int64", 5 => "float16", 6 => "float32", 7 => "float64", 11 => "bool", 15 => "bfloat16",
        _ => $"dtype {code}",
    };
}

/// <summary>The order in which a tensor's dimensions lie in memory.</summary>
public enum MemoryFormat
{
    /// <summary>The last dimension is dense.</summary>
    Contiguous = 0,
    /// <summary>As the input has it.</summary>
    Preserve = 1,
    /// <summary>Pictures `[N, C, H, W]` with their channels side by side.</summary>
    ChannelsLast = 2,
}
