using Kindred.Io.Onnx;
using Kindred.Torch;

namespace Kindred;

/// <summary>One input of an encoder that is written as ONNX.</summary>
/// <param name="Name">The name under which it is fed.</param>
/// <param name="Value">What a view puts there: floating, 64-bit whole numbers or truth values.</param>
/// <param name="Axes">The names of axes of any length, null for one that keeps the size it has in <paramref name="Value"/>.</param>
public sealed record OnnxFeed(string Name, Tensor Value, IReadOnlyList<string?> Axes)
{
    /// <summary>The kind of numbers.</summary>
    public OnnxType Type => Value.Dtype == Dtype.Int64 ? OnnxType.Int64 : Value.Dtype == Dtype.Bool ? OnnxType.Bool : OnnxType.Float;

    /// <summary>The axes as the file describes them.</summary>
    public IReadOnlyList<OnnxAxis> Described => [.. Axes.Select((name, i) => name is null ? new OnnxAxis(Value.Size(i)) : name)];
}
