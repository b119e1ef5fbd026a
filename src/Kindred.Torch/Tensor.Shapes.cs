namespace Kindred.Torch;

// Sizes and dimensions as arrays. C# turns [4, 2] into a span by itself; F# and Visual Basic do not where a method has several forms.
public sealed partial class Tensor
{
    /// <inheritdoc cref="Zeros(ReadOnlySpan{long}, Dtype?, Device?)"/>
    public static Tensor Zeros(long[] size, Dtype? dtype = null, Device? device = null) => Zeros((ReadOnlySpan<long>)size, dtype, device);

    /// <inheritdoc cref="Ones(ReadOnlySpan{long}, Dtype?, Device?)"/>
    public static Tensor Ones(long[] size, Dtype? dtype = null, Device? device = null) => Ones((ReadOnlySpan<long>)size, dtype, device);

    /// <inheritdoc cref="Full(ReadOnlySpan{long}, Scalar, Dtype?, Device?)"/>
    public static Tensor Full(long[] size, Scalar fillValue, Dtype? dtype = null, Device? device = null) => Full((ReadOnlySpan<long>)size, fillValue, dtype, device);

    /// <inheritdoc cref="Rand(ReadOnlySpan{long}, Dtype?, Device?)"/>
    public static Tensor Rand(long[] size, Dtype? dtype = null, Device? device = null) => Rand((ReadOnlySpan<long>)size, dtype, device);

    /// <inheritdoc cref="Rand(ReadOnlySpan{long}, Generator, Dtype?, Device?)"/>
    public static Tensor Rand(long[] size, Generator? generator, Dtype? dtype = null, Device? device = null) => Rand((ReadOnlySpan<long>)size, generator, dtype, device);

    /// <inheritdoc cref="Randn(ReadOnlySpan{long}, Dtype?, Device?)"/>
    public static Tensor Randn(long[] size, Dtype? dtype = null, Device? device = null) => Randn((ReadOnlySpan<long>)size, dtype, device);

    /// <inheritdoc cref="Randn(ReadOnlySpan{long}, Generator, Dtype?, Device?)"/>
    public static Tensor Randn(long[] size, Generator? generator, Dtype? dtype = null, Device? device = null) => Randn((ReadOnlySpan<long>)size, generator, dtype, device);

    /// <inheritdoc cref="Randint(long, ReadOnlySpan{long}, Dtype?, Device?)"/>
    public static Tensor Randint(long high, long[] size, Dtype? dtype = null, Device? device = null) => Randint(high, (ReadOnlySpan<long>)size, dtype, device);

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, ReadOnlySpan{long})"/>
    public static Tensor From<T>(T[] data, params long[] shape) where T : unmanaged => From((ReadOnlySpan<T>)data, (ReadOnlySpan<long>)shape);

    /// <inheritdoc cref="Cat(ReadOnlySpan{Tensor}, long)"/>
    public static Tensor Cat(Tensor[] tensors, long dim = 0) => Cat((ReadOnlySpan<Tensor>)tensors, dim);

    /// <inheritdoc cref="Stack(ReadOnlySpan{Tensor}, long)"/>
    public static Tensor Stack(Tensor[] tensors, long dim = 0) => Stack((ReadOnlySpan<Tensor>)tensors, dim);

    /// <inheritdoc cref="Reshape(ReadOnlySpan{long})"/>
    public Tensor Reshape(params long[] shape) => Reshape((ReadOnlySpan<long>)shape);

    /// <inheritdoc cref="Permute(ReadOnlySpan{long})"/>
    public Tensor Permute(params long[] dims) => Permute((ReadOnlySpan<long>)dims);

    /// <inheritdoc cref="Expand(ReadOnlySpan{long}, bool)"/>
    public Tensor Expand(params long[] size) => Expand((ReadOnlySpan<long>)size);

    /// <inheritdoc cref="Repeat(ReadOnlySpan{long})"/>
    public Tensor Repeat(params long[] repeats) => Repeat((ReadOnlySpan<long>)repeats);

    /// <inheritdoc cref="Flip(ReadOnlySpan{long})"/>
    public Tensor Flip(params long[] dims) => Flip((ReadOnlySpan<long>)dims);

    /// <inheritdoc cref="Sum(ReadOnlySpan{long}, bool, Dtype?)"/>
    public Tensor Sum(long[] dim, bool keepdim = false, Dtype? dtype = null) => Sum((ReadOnlySpan<long>)dim, keepdim, dtype);

    /// <inheritdoc cref="Mean(ReadOnlySpan{long}, bool, Dtype?)"/>
    public Tensor Mean(long[] dim, bool keepdim = false, Dtype? dtype = null) => Mean((ReadOnlySpan<long>)dim, keepdim, dtype);

    /// <inheritdoc cref="Std(ReadOnlySpan{long}, bool, bool)"/>
    public Tensor Std(long[] dim, bool unbiased = true, bool keepdim = false) => Std((ReadOnlySpan<long>)dim, unbiased, keepdim);

    /// <inheritdoc cref="Amax(ReadOnlySpan{long}, bool)"/>
    public Tensor Amax(long[] dim, bool keepdim = false) => Amax((ReadOnlySpan<long>)dim, keepdim);
}
