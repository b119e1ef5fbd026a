using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kindred.Torch.Native;

/// <summary>One argument or result of an operator call; the counterpart of <c>KtValue</c> in the shim.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
unsafe struct Value
{
    internal enum Tags : byte { None, Tensor, Int, Double, Bool, Ints, Doubles, Bools, Tensors, String, Device, Generator, Default }

    [FieldOffset(0)] internal Tags Tag;
    [FieldOffset(4)] internal int Length;
    [FieldOffset(8)] internal long Int;
    [FieldOffset(8)] internal double Double;
    [FieldOffset(8)] internal nint Pointer;

    internal static Value Default => new() { Tag = Tags.Default };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Value Of(Tensor? tensor) => tensor is null ? default : new Value { Tag = Tags.Tensor, Pointer = tensor.Handle };
    internal static Value Of(long value) => new() { Tag = Tags.Int, Int = value };
    internal static Value Of(long? value) => value is { } v ? Of(v) : default;
    internal static Value Of(double value) => new() { Tag = Tags.Double, Double = value };
    internal static Value Of(double? value) => value is { } v ? Of(v) : default;
    internal static Value Of(bool value) => new() { Tag = Tags.Bool, Int = value ? 1 : 0 };
    internal static Value Of(bool? value) => value is { } v ? Of(v) : default;
    internal static Value Of(Scalar value) => Scalar.OrDefault(value);
    internal static Value Of(Scalar? value) => value is { } v ? v.Value : default;
    internal static Value Of(Dtype value) => Of((long)value.Code);
    internal static Value Of(Dtype? value) => value is { } v ? Of(v) : default;
    internal static Value Of(MemoryFormat value) => Of((long)value);
    internal static Value Of(MemoryFormat? value) => value is { } v ? Of(v) : default;
    internal static Value Of(Device value) => new() { Tag = Tags.Device, Int = value.Code };
    internal static Value Of(Device? value) => value is { } v ? Of(v) : default;
    internal static Value Of(Generator? value) => value is null ? default : new Value { Tag = Tags.Generator, Pointer = value.Handle };
    internal static Value List(long* values, int length) => new() { Tag = Tags.Ints, Pointer = (nint)values, Length = length };
    internal static Value List(double* values, int length) => new() { Tag = Tags.Doubles, Pointer = (nint)values, Length = length };
    internal static Value List(bool* values, int length) => new() { Tag = Tags.Bools, Pointer = (nint)values, Length = length };
    internal static Value Tensors(nint* handles, int length) => new() { Tag = Tags.Tensors, Pointer = (nint)handles, Length = length };
    internal static Value String(byte* utf8, int length) => new() { Tag = Tags.String, Pointer = (nint)utf8, Length = length };
}
