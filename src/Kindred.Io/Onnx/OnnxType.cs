namespace Kindred.Io.Onnx;

/// <summary>What the numbers of an ONNX value are; the values are the format's own.</summary>
public enum OnnxType
{
    /// <summary>Single precision.</summary>
    Float = 1,

    /// <summary>Whole numbers of 64 bits: indices, tokens, shapes.</summary>
    Int64 = 7,

    /// <summary>Truth values: masks.</summary>
    Bool = 9,
}

/// <summary>One axis of an input: a size, or a name where any size goes.</summary>
/// <param name="Size">The size; −1 where it is free.</param>
/// <param name="Name">Its name where it is free; two axes of one name are equally long.</param>
public readonly record struct OnnxAxis(long Size, string? Name = null)
{
    /// <summary>An axis of a fixed size.</summary>
    public static implicit operator OnnxAxis(long size) => new(size);

    /// <summary>An axis of any size.</summary>
    public static implicit operator OnnxAxis(string name) => new(-1, name);
}
