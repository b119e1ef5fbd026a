using System.Runtime.ExceptionServices;

namespace Kindred.Data.Loading;

/// <summary>A batch's memory and the state of its making.</summary>
sealed class LoaderSlot(RawBatch batch, int capacity)
{
    readonly int[] indices = new int[capacity];
    readonly long[] samples = new long[capacity];
    readonly List<(int Position, BadSample Sample)> bad = [];
    int failedAt;

    internal int Capacity => indices.Length;

    internal RawBatch Batch { get; } = batch;

    /// <summary>Places not yet filled; guarded by the loader's gate.</summary>
    internal int Remaining { get; set; }

    /// <summary>What went wrong at the lowest failing place: the same one however the work was shared out.</summary>
    internal ExceptionDispatchInfo? Failure { get; private set; }

    internal void Begin(int number, int count)
    {
        (Batch.Number, Batch.Count, Remaining) = (number, count, count);
        bad.Clear();
        (Failure, failedAt) = (null, int.MaxValue);
    }

    internal void Want(int position, int index, long sample) => (indices[position], samples[position]) = (index, sample);

    internal (int Index, long Sample) Wanted(int position) => (indices[position], samples[position]);

    internal void Note(int position, BadSample sample)
    {
        lock (bad)
            bad.Add((position, sample));
    }

    internal void Fail(int position, Exception exception)
    {
        lock (bad)
        {
            if (position < failedAt)
                (Failure, failedAt) = (ExceptionDispatchInfo.Capture(exception), position);
        }
    }

    /// <summary>The unusable pictures met, in the order of the places.</summary>
    internal IEnumerable<BadSample> Bad => bad.OrderBy(entry => entry.Position).Select(entry => entry.Sample);
}
