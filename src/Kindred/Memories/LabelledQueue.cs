using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Memories;

/// <summary>A queue that remembers the class of each key; −1 where nothing has been written yet, so random rows are nobody's positive.</summary>
/// <remarks>Kang et al., KCL, ICLR 2021.</remarks>
public sealed class LabelledQueue : Queue
{
    readonly Buffer labels;

    /// <summary>A queue of random unit rows without class.</summary>
    /// <param name="capacity">K.</param>
    /// <param name="dim">D.</param>
    /// <param name="generator">Source of the random rows.</param>
    public LabelledQueue(long capacity, long dim, Generator? generator = null) : base(capacity, dim, generator)
        => labels = new(Tensor.Full([capacity], -1, dtype: Dtype.Int64));

    /// <summary>[K], −1 for rows that were never written.</summary>
    public Tensor Labels => labels.Value;

    /// <summary>Overwrites the oldest keys and their labels.</summary>
    /// <param name="batch">[B, D].</param>
    /// <param name="classes">[B].</param>
    public void Enqueue(Tensor batch, Tensor classes)
    {
        if (batch.Size(0) != classes.Size(0))
            throw new ArgumentException($"{batch.Size(0)} keys came with {classes.Size(0)} labels: give one label per key", nameof(classes));
        Write(labels.Value, classes, Pointer);
        Enqueue(batch);
    }
}
