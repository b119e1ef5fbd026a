using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Memories;

/// <summary>A first-in first-out dictionary of keys: the newest batch replaces the oldest.</summary>
/// <remarks>
/// He et al., MoCo, arXiv:1911.05722, Sec. 3.2. Starts as random unit rows with the pointer at 0; a batch that does not fit before the end wraps
/// round. Of a batch larger than the queue only the last rows stay. Enqueue after the loss: a key in the queue is a negative.
/// </remarks>
public class Queue : Module
{
    readonly Buffer keys, pointer;

    /// <summary>A queue of random unit rows.</summary>
    /// <param name="capacity">K.</param>
    /// <param name="dim">D.</param>
    /// <param name="generator">Source of the random rows.</param>
    public Queue(long capacity, long dim, Generator? generator = null)
    {
        if (capacity < 1)
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "a queue holds at least one key");
        keys = new(Tensor.Randn([capacity, dim], generator: generator, dtype: Dtype.Float32).Normalize());
        pointer = new(Tensor.Zeros([], dtype: Dtype.Int64));
    }

    /// <summary>A queue that goes on from given rows.</summary>
    /// <param name="keys">[K, D]; copied.</param>
    /// <param name="pointer">Where the next batch goes, 0..K−1.</param>
    public Queue(Tensor keys, long pointer = 0)
    {
        this.keys = new(keys.Detach().Clone());
        this.pointer = new(Tensor.Full([], pointer, dtype: Dtype.Int64));
    }

    /// <summary>[K, D], in place: valid until the next <see cref="Enqueue"/>, never with gradient.</summary>
    public Tensor Keys => keys.Value;

    /// <summary>Where the next batch goes.</summary>
    public long Pointer => pointer.Value.ItemLong();

    /// <summary>K.</summary>
    public long Capacity => keys.Value.Size(0);

    /// <summary>Overwrites the oldest keys by this batch.</summary>
    /// <param name="batch">[B, D]; its graph is cut.</param>
    public void Enqueue(Tensor batch)
    {
        var start = Pointer;
        Write(keys.Value, batch, start);
        Advance(start, batch.Size(0));
    }

    private protected void Advance(long start, long count)
    {
        using var _ = NoGradient.Begin();
        pointer.Value.Fill_((start + count) % Capacity);
    }

    /// <summary>Writes rows from <paramref name="start"/> on, wrapping at the end.</summary>
    private protected static void Write(Tensor memory, Tensor batch, long start)
    {
        using var _ = NoGradient.Begin();
        using var scope = Scope.Open();
        var capacity = memory.Size(0);
        var rows = batch.Detach();
        var skipped = Math.Max(rows.Size(0) - capacity, 0);
        rows = rows.Narrow(0, skipped, rows.Size(0) - skipped);
        start = (start + skipped) % capacity;
        var head = Math.Min(rows.Size(0), capacity - start);
        memory.Narrow(0, start, head).Copy_(rows.Narrow(0, 0, head));
        memory.Narrow(0, 0, rows.Size(0) - head).Copy_(rows.Narrow(0, head, rows.Size(0) - head));
    }
}
