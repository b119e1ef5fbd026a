using Kindred.Io;

namespace Kindred.Torch;

/// <summary>Tensors to and from the arrays that files hold.</summary>
public static unsafe class TensorArrays
{
    static readonly (Dtype Dtype, ElementType Type)[] pairs =
    [
        (Dtype.Bool, ElementType.Bool), (Dtype.UInt8, ElementType.UInt8), (Dtype.Int8, ElementType.Int8), (Dtype.Int16, ElementType.Int16),
        (Dtype.Int32, ElementType.Int32), (Dtype.Int64, ElementType.Int64), (Dtype.Float16, ElementType.Float16), (Dtype.BFloat16, ElementType.BFloat16),
        (Dtype.Float32, ElementType.Float32), (Dtype.Float64, ElementType.Float64),
    ];

    /// <summary>A copy of a tensor in row-major order.</summary>
    public static NamedArray ToArray(string name, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        var dense = tensor.Detach().To(Device.Cpu).Contiguous();
        var bytes = new ReadOnlySpan<byte>((void*)dense.Data, checked((int)(dense.Numel * dense.Dtype.Size))).ToArray();
        return new NamedArray(name, Array.Find(pairs, p => p.Dtype == tensor.Dtype).Type, dense.Shape, bytes);
    }

    /// <summary>A tensor with a copy of an array.</summary>
    /// <exception cref="DataException">The element type is one that tensors do not have.</exception>
    public static Tensor ToTensor(NamedArray array)
    {
        ArgumentNullException.ThrowIfNull(array);
        if (!Array.Exists(pairs, p => p.Type == array.Type)) throw new DataException($"'{array.Name}' holds {array.Type}, which no tensor can hold; convert it to a signed or floating type first.");
        var tensor = Tensor.Empty(array.Shape, Array.Find(pairs, p => p.Type == array.Type).Dtype);
        array.Bytes.Span.CopyTo(new Span<byte>((void*)tensor.Data, array.Bytes.Length));
        return tensor;
    }
}
