using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kindred.Torch.Native;

/// <summary>One ATen operator, looked up in the running libtorch at its first call.</summary>
sealed unsafe class Operator(string name, string overload)
{
    nint handle;
    int results;

    internal string Name => overload.Length == 0 ? $"aten::{name}" : $"aten::{name}.{overload}";

    nint Handle
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => handle != 0 ? handle : Resolve();
    }

    nint Resolve()
    {
        Engine.Start();
        var code = NativeMethods.kt_operator($"aten::{name}", overload, out var found, out _, out results);
        if (code < 0) throw TorchException.FromNative(code, Name, "");
        return handle = found;
    }

    /// <summary>Calls and hands the raw results over; the caller owns every handle in them.</summary>
    internal void Call(Value* values, int n, Value* into)
    {
        var code = NativeMethods.kt_call(Handle, values, n, into);
        if (code < 0) throw Failure(code, values, n);
        if (NotFinite.Current is not { } watch) return;
        for (var i = 0; i < results; i++)
            if (into[i].Tag == Value.Tags.Tensor) watch.Saw(Name, into[i].Pointer);
    }

    internal Tensor One(Value* values, int n)
    {
        Value result;
        Call(values, n, &result);
        return TakeTensor(result);
    }

    /// <summary>An in-place call returns its own input once more; that extra reference is dropped.</summary>
    internal void InPlace(Value* values, int n)
    {
        Value result;
        Call(values, n, &result);
        NativeMethods.kt_release(result.Pointer);
    }

    internal void Nothing(Value* values, int n)
    {
        var none = stackalloc Value[1];
        Call(values, n, none);
    }

    internal static void HandlesOf(ReadOnlySpan<Tensor> tensors, Span<nint> handles)
    {
        for (var i = 0; i < tensors.Length; i++) handles[i] = tensors[i] is { } tensor ? tensor.Handle : 0;
    }

    internal static Tensor TakeTensor(Value value) => new(value.Tag == Value.Tags.Tensor ? value.Pointer : 0);
    internal static bool TakeBool(Value value) => value.Int != 0;
    internal static long TakeLong(Value value) => value.Int;
    internal static double TakeDouble(Value value) => value.Tag == Value.Tags.Double ? value.Double : value.Int;

    internal static Tensor[] TakeTensors(Value value)
    {
        var tensors = new Tensor[value.Length];
        for (var i = 0; i < tensors.Length; i++) tensors[i] = new Tensor(((nint*)value.Pointer)[i]);
        NativeMethods.kt_free(value.Pointer);
        return tensors;
    }

    TorchException Failure(int code, Value* values, int n)
    {
        var shapes = new List<string>();
        for (var i = 0; i < n; i++)
        {
            if (values[i].Tag == Value.Tags.Tensor) shapes.Add(Tensor.Describe(values[i].Pointer));
            if (values[i].Tag != Value.Tags.Tensors) continue;
            var list = (nint*)values[i].Pointer;
            shapes.Add($"[{string.Join(", ", Enumerable.Range(0, Math.Min(values[i].Length, 4)).Select(k => Tensor.Describe(list[k])))}{(values[i].Length > 4 ? ", …" : "")}]");
        }
        return TorchException.FromNative(code, Name, string.Join(" × ", shapes));
    }
}
