namespace Kindred.Methods;

/// <summary>The few samples whose labels a semi-supervised method may use, and batches of them.</summary>
static class LabelSubset
{
    /// <summary>A share of every class's samples, at least one of each; samples without a label are left out.</summary>
    /// <param name="labels">−1 for none.</param>
    /// <param name="share">In (0, 1].</param>
    /// <param name="draw">Same number, same samples.</param>
    public static int[] Choose(IReadOnlyList<int> labels, double share, int draw)
    {
        var random = new Random(draw);
        var classes = Enumerable.Range(0, labels.Count).Where(i => labels[i] >= 0).GroupBy(i => labels[i]).OrderBy(g => g.Key);
        return [.. classes.SelectMany(members =>
        {
            int[] own = [.. members];
            random.Shuffle(own);
            return own.Take(Math.Max(1, (int)Math.Round(share * own.Length)));
        })];
    }

    /// <summary>Batches that go through the samples again and again, shuffled anew each time; none holds a sample twice.</summary>
    public static int[][] Batches(int[] samples, int size, int count, int seed)
    {
        size = Math.Min(size, samples.Length);
        var random = new Random(seed);
        int[] order = [.. samples];
        var next = order.Length;
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            if (next + size > order.Length)
            {
                random.Shuffle(order);
                next = 0;
            }
            next += size;
            return order[(next - size)..next];
        })];
    }
}
