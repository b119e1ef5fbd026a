namespace Kindred.Index;

/// <summary>Many vectors of one dimension, numbered from 0: in memory, or in a file of any size that is never read as a whole.</summary>
/// <remarks>Everything here may be called from any thread.</remarks>
public abstract class Vectors : IDisposable
{
    /// <summary>What they are called in messages.</summary>
    public virtual string Description => "the vectors";

    /// <summary>How many there are.</summary>
    public abstract int Count { get; }

    /// <summary>Numbers in each.</summary>
    public abstract int Dimension { get; }

    /// <summary>Copies vectors that lie side by side.</summary>
    /// <param name="first">The first.</param>
    /// <param name="into">A whole number of vectors long.</param>
    public abstract void Read(int first, Span<float> into);

    /// <summary>One vector; valid until these are disposed.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    public abstract ReadOnlySpan<float> this[int index] { get; }

    /// <summary>Vectors that lie in memory one after another; nothing is copied.</summary>
    /// <param name="values">A whole number of vectors.</param>
    /// <param name="dimension">Numbers in each, at least 1.</param>
    /// <exception cref="ArgumentException">The values are no whole number of vectors.</exception>
    public static Vectors Of(ReadOnlyMemory<float> values, int dimension) => new MemoryVectors(values, dimension);

    /// <summary>Opens the vectors of a file: <c>.npy</c>, or <c>.safetensors</c> with one matrix or one that is called <c>embeddings</c>; single precision.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataException">It is missing, cut short, empty, or holds something else.</exception>
    public static Vectors Open(string path) => FileVectors.Open(path);

    /// <summary>Refuses vectors of another dimension.</summary>
    /// <exception cref="DataException">The dimensions differ.</exception>
    public void RequireDimension(int dimension, string what)
    {
        if (Dimension != dimension)
            throw new DataException($"{Description}: vectors of {Dimension} numbers, {what} has vectors of {dimension}; both must come from the same layer of the same run.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what is open.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing) { }

    sealed class MemoryVectors : Vectors
    {
        readonly ReadOnlyMemory<float> values;

        public MemoryVectors(ReadOnlyMemory<float> values, int dimension)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
            if (values.Length % dimension != 0)
                throw new ArgumentException($"{values.Length} values are no whole number of vectors of {dimension}", nameof(values));
            (this.values, Dimension, Count) = (values, dimension, values.Length / dimension);
        }

        public override int Count { get; }

        public override int Dimension { get; }

        public override void Read(int first, Span<float> into) => values.Span.Slice(first * Dimension, into.Length).CopyTo(into);

        public override ReadOnlySpan<float> this[int index] => values.Span.Slice(index * Dimension, Dimension);
    }
}
