using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kindred.Torch;

/// <summary>A libtorch tensor: one native handle, freed by its <see cref="Scope"/> or by <see cref="Dispose"/>.</summary>
/// <remarks>
/// <para>The operators are generated from ATen's schemas and keep its names in Pascal case; a trailing underscore means in place.</para>
/// <para>Threads: any number may read one tensor at a time, as operators without an underscore do; what writes into it, frees it or runs a gradient through it needs it alone. The graph of a
/// gradient belongs to whoever builds it, and modes such as <see cref="NoGradient"/> to their thread, as a <see cref="Scope"/> does.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed unsafe partial class Tensor : IDisposable
{
    static long alive;

    nint handle;
    Scope? scope;
    int slot;

    internal Tensor(nint handle)
    {
        this.handle = handle;
        Interlocked.Increment(ref alive);
        scope = Scope.Current;
        if (scope is not null) slot = scope.Add(this);
    }

    /// <summary>How many tensors of this process have not been freed; a test compares it before and after.</summary>
    public static long Alive => Interlocked.Read(ref alive);

    /// <summary>Whether the tensor has been freed.</summary>
    public bool IsDead => handle == 0;

    internal nint Handle
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => handle != 0 ? handle : throw Dead();
    }

    static ObjectDisposedException Dead() => new(nameof(Tensor), "this tensor died with its scope; keep state in a Parameter or a Buffer, or return the tensor from the scope");

    // ---- Life -----------------------------------------------------------------------------------------

    /// <summary>Frees the tensor now; a second call does nothing.</summary>
    public void Dispose()
    {
        MoveTo(null);
        Die();
    }

    internal void Die()
    {
        var dying = Interlocked.Exchange(ref handle, 0);
        scope = null;
        if (dying == 0) return;
        Interlocked.Decrement(ref alive);
        NativeMethods.kt_release(dying);
    }

    internal void MoveTo(Scope? target)
    {
        scope?.Remove(slot);
        scope = target;
        if (target is not null) slot = target.Add(this);
    }

    // ---- Making ---------------------------------------------------------------------------------------

    /// <summary>A tensor with a copy of <paramref name="data"/> in row-major order.</summary>
    /// <exception cref="ArgumentException">The shape's product is not the number of elements.</exception>
    [System.Runtime.CompilerServices.OverloadResolutionPriority(1)] // [1, 2] is no choice between a span and an array
    public static Tensor From<T>(ReadOnlySpan<T> data, params ReadOnlySpan<long> shape) where T : unmanaged
    {
        Engine.Start();
        if (shape.IsEmpty) shape = [data.Length];
        long product = 1;
        foreach (var size in shape) product *= size;
        if (product != data.Length) throw new ArgumentException($"{data.Length} values do not fill a tensor of shape [{Join(shape)}]", nameof(data));
        fixed (T* values = data)
        fixed (long* sizes = shape)
        {
            TorchException.Check(NativeMethods.kt_from_data(values, sizes, shape.Length, Dtype.Of<T>().Code, out var made), "Tensor.From");
            return new Tensor(made);
        }
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, ReadOnlySpan{long})"/>
    public static Tensor From<T>(T[] data, params ReadOnlySpan<long> shape) where T : unmanaged => From((ReadOnlySpan<T>)data, shape);

    /// <summary>A tensor `[]` with one number.</summary>
    public static Tensor Of(double value, Dtype? dtype = null) => Full([], value, dtype ?? Dtype.Float32);

    // ---- Looking --------------------------------------------------------------------------------------

    /// <summary>The number of dimensions.</summary>
    public int Dim => (int)NativeMethods.kt_dim(Handle);

    /// <summary>The number of elements.</summary>
    public long Numel => NativeMethods.kt_numel(Handle);

    /// <summary>The sizes of all dimensions.</summary>
    public long[] Shape
    {
        get
        {
            var shape = new long[Dim];
            for (var d = 0; d < shape.Length; d++) shape[d] = NativeMethods.kt_size(handle, d);
            return shape;
        }
    }

    /// <summary>The size of one dimension; negative ones count from the end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
    public long Size(int dim)
    {
        var dims = Dim;
        var d = dim < 0 ? dim + dims : dim;
        if (d < 0 || d >= dims) throw new ArgumentOutOfRangeException(nameof(dim), dim, $"a tensor of shape [{Join(Shape)}] has no dimension {dim}");
        return NativeMethods.kt_size(handle, d);
    }

    /// <summary>The step in elements along one dimension, from 0.</summary>
    public long Stride(int dim) => NativeMethods.kt_stride(Handle, dim < 0 ? dim + Dim : dim);

    /// <summary>The element type.</summary>
    public Dtype Dtype => new(NativeMethods.kt_dtype(Handle));

    /// <summary>Where the tensor lives.</summary>
    public Device Device => Device.FromCode(NativeMethods.kt_device(Handle));

    /// <summary>Whether memory lies in the given order.</summary>
    public bool IsContiguous(MemoryFormat format = MemoryFormat.Contiguous) => NativeMethods.kt_is_contiguous(Handle, (int)format) != 0;

    /// <summary>The only element as a number.</summary>
    /// <exception cref="TorchException">The tensor has more or fewer than one element.</exception>
    public double Item()
    {
        TorchException.Check(NativeMethods.kt_item(Handle, out var value), "Item", this);
        return value;
    }

    /// <summary>The only element of an integer tensor.</summary>
    public long ItemLong()
    {
        TorchException.Check(NativeMethods.kt_item_long(Handle, out var value), "ItemLong", this);
        return value;
    }

    /// <summary>A copy of the elements in row-major order, converted to <typeparamref name="T"/> when they have another type.</summary>
    public T[] ToArray<T>() where T : unmanaged
    {
        var values = new T[Numel];
        CopyTo(values);
        return values;
    }

    /// <summary>Copies the elements in row-major order.</summary>
    /// <exception cref="ArgumentException">The span has another length than the tensor has elements.</exception>
    public void CopyTo<T>(Span<T> destination) where T : unmanaged
    {
        if (destination.Length != Numel) throw new ArgumentException($"a span of {destination.Length} cannot take the {Numel} elements of {this}", nameof(destination));
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        var source = Detach().To(Device.Cpu).To(Dtype.Of<T>()).Contiguous();
        new ReadOnlySpan<T>((void*)source.Data, destination.Length).CopyTo(destination);
    }

    /// <summary>The elements of a contiguous tensor on the processor, in place; valid as long as the tensor lives.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not dense, not on the processor or of another type.</exception>
    public Span<T> AsSpan<T>() where T : unmanaged
    {
        if (Dtype != Dtype.Of<T>() || !IsContiguous() || Device.Type != 0)
            throw new InvalidOperationException($"only a contiguous {Dtype.Of<T>()} tensor on the processor has such a span; this is {this}");
        return new Span<T>((void*)Data, checked((int)Numel));
    }

    /// <summary>The address of the first element.</summary>
    public nint Data
    {
        get
        {
            TorchException.Check(NativeMethods.kt_data(Handle, out var data), "Data", this);
            return data;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => handle == 0 ? "(freed tensor)" : Describe(handle);

    internal static string Describe(nint handle)
    {
        if (handle == 0) return "none";
        var dims = (int)NativeMethods.kt_dim(handle);
        var shape = new long[dims];
        for (var d = 0; d < dims; d++) shape[d] = NativeMethods.kt_size(handle, d);
        var dtype = new Dtype(NativeMethods.kt_dtype(handle));
        return dtype == Dtype.Float32 ? $"[{Join(shape)}]" : $"[{Join(shape)}] {dtype}";
    }

    static string Join(ReadOnlySpan<long> shape)
    {
        var parts = new string[shape.Length];
        for (var i = 0; i < parts.Length; i++) parts[i] = shape[i].ToString(CultureInfo.InvariantCulture);
        return string.Join(", ", parts);
    }
}
