namespace Kindred.Index;

/// <summary>The best k of what is offered, in whatever order it comes: larger scores first, of equal ones the smaller number.</summary>
/// <remarks>A heap whose root is the worst that is kept. A value: it lives in arrays, and must not be copied once something was offered.</remarks>
struct Nearest(int k)
{
    readonly Neighbour[] heap = new Neighbour[k];

    public int Count { get; private set; }

    /// <summary>What a score has to exceed, or to equal with a smaller number; −∞ while there is room.</summary>
    public readonly float Worst => Count < heap.Length ? float.NegativeInfinity : heap.Length == 0 ? float.PositiveInfinity : heap[0].Score;

    public void Clear() => Count = 0;

    public void Offer(int row, float score)
    {
        var next = new Neighbour(row, score);
        if (Count < heap.Length)
        {
            heap[Count] = next;
            Up(Count++);
        }
        else if (heap.Length > 0 && Worse(heap[0], next))
        {
            heap[0] = next;
            Down();
        }
    }

    public readonly Neighbour[] Sorted()
    {
        var all = heap[..Count];
        Array.Sort(all, Neighbour.NearestFirst);
        return all;
    }

    static bool Worse(Neighbour a, Neighbour b) => a.Score != b.Score ? a.Score < b.Score : a.Row > b.Row;

    readonly void Up(int i)
    {
        while (i > 0 && (i - 1) / 2 is var parent && Worse(heap[i], heap[parent]))
        {
            (heap[i], heap[parent]) = (heap[parent], heap[i]);
            i = parent;
        }
    }

    readonly void Down()
    {
        for (var i = 0; ;)
        {
            var worst = i;
            for (var child = (2 * i) + 1; child <= (2 * i) + 2 && child < Count; child++)
                if (Worse(heap[child], heap[worst])) worst = child;
            if (worst == i) return;
            (heap[i], heap[worst]) = (heap[worst], heap[i]);
            i = worst;
        }
    }
}
