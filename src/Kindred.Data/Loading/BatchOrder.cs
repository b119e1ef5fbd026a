namespace Kindred.Data.Loading;

/// <summary>Which pictures make up which batch of an epoch.</summary>
sealed class BatchOrder
{
    readonly int[] order = [];
    readonly int batchSize;
    readonly IReadOnlyList<int[]>? batches;
    readonly long[][]? samples;

    /// <summary>One long row cut into batches.</summary>
    internal BatchOrder(int[] order, int batchSize, int count) => (this.order, this.batchSize, Count) = (order, batchSize, count);

    /// <summary>Batches as a method made them.</summary>
    internal BatchOrder(IReadOnlyList<int[]> batches, int pictures)
    {
        (this.batches, Count) = (batches, batches.Count);
        samples = new long[batches.Count][];

        // A picture's second coming in an epoch draws like a picture of its own, or both would look the same.
        var comings = new Dictionary<int, int>();
        for (var b = 0; b < batches.Count; b++)
        {
            samples[b] = new long[batches[b].Length];
            for (var i = 0; i < batches[b].Length; i++)
            {
                var coming = comings.GetValueOrDefault(batches[b][i]);
                comings[batches[b][i]] = coming + 1;
                samples[b][i] = batches[b][i] + ((long)coming * pictures);
            }
        }
    }

    internal int Count { get; }

    internal void Fill(LoaderSlot slot, int number)
    {
        if (batches is not null)
        {
            slot.Begin(number, batches[number].Length);
            for (var i = 0; i < batches[number].Length; i++)
                slot.Want(i, batches[number][i], samples![number][i]);
            return;
        }
        var first = number * batchSize;
        slot.Begin(number, Math.Min(batchSize, order.Length - first));
        for (var i = 0; i < slot.Batch.Count; i++)
            slot.Want(i, order[first + i], order[first + i]);
    }
}
