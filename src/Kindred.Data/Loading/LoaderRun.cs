namespace Kindred.Data.Loading;

/// <summary>One epoch in the making: hands out pieces of batches to workers and finished batches to the asker, in order.</summary>
/// <remarks>Everything here is guarded by one lock; workers take it once for every few pictures.</remarks>
sealed class LoaderRun
{
    const int MaxPiece = 16;

    readonly object gate = new();
    readonly LoaderSlot[] slots;
    readonly BatchOrder order;
    readonly int piece;
    int nextBatch, nextPosition, released, busy;
    bool stopped;

    internal LoaderRun(LoaderSlot[] slots, int epoch, int skip, BatchOrder order, bool threads)
    {
        (this.slots, this.order, Epoch) = (slots, order, epoch);
        nextBatch = released = skip;

        // Small pieces let all workers help with the batch that is waited for.
        piece = threads ? MaxPiece : int.MaxValue;
    }

    internal int Epoch { get; }

    /// <summary>Which places of a batch are made here; null for all.</summary>
    internal Func<int, (int First, int Count)>? Share { get; init; }

    /// <summary>Whether a place of a batch is made here.</summary>
    internal bool Makes(int position, int count) => Share is null || (Share(count) is var (first, own) && position >= first && position < first + own);

    internal int Batches => order.Count;

    internal bool Stopped => Volatile.Read(ref stopped);

    /// <summary>A part of a batch for one worker.</summary>
    internal readonly record struct Piece(LoaderSlot Slot, int First, int Count);

    /// <summary>Takes the next piece; waits while all memory is full. False when there is no more to do.</summary>
    internal bool Take(out Piece taken)
    {
        lock (gate)
        {
            while (!stopped && nextBatch < order.Count && nextBatch >= released + slots.Length)
                Monitor.Wait(gate);
            if (stopped || nextBatch >= order.Count)
            {
                taken = default;
                return false;
            }
            var slot = slots[nextBatch % slots.Length];
            if (nextPosition == 0)
                order.Fill(slot, nextBatch);
            taken = new(slot, nextPosition, Math.Min(piece, slot.Batch.Count - nextPosition));
            nextPosition += taken.Count;
            if (nextPosition == slot.Batch.Count)
                (nextBatch, nextPosition) = (nextBatch + 1, 0);
            busy++;
            return true;
        }
    }

    /// <summary>A worker is done with its piece.</summary>
    internal void Done(in Piece done)
    {
        lock (gate)
        {
            busy--;
            done.Slot.Remaining -= done.Count;
            if (done.Slot.Remaining == 0 || stopped)
                Monitor.PulseAll(gate);
        }
    }

    /// <summary>Waits for a batch.</summary>
    internal LoaderSlot Await(int number, CancellationToken cancel)
    {
        var slot = slots[number % slots.Length];
        lock (gate)
        {
            while (nextBatch <= number || slot.Remaining > 0)
            {
                cancel.ThrowIfCancellationRequested();
                Monitor.Wait(gate);
            }
        }
        cancel.ThrowIfCancellationRequested();
        return slot;
    }

    /// <summary>The asker is done with its batch: the memory may be filled again.</summary>
    internal void Release()
    {
        lock (gate)
        {
            released++;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Lets whoever waits look again.</summary>
    internal void Wake()
    {
        lock (gate)
            Monitor.PulseAll(gate);
    }

    /// <summary>Ends the run and waits until no worker touches its memory.</summary>
    internal void Stop()
    {
        lock (gate)
        {
            Volatile.Write(ref stopped, true);
            Monitor.PulseAll(gate);
            while (busy > 0)
                Monitor.Wait(gate);
        }
    }
}
