using Kindred.Randomness;

namespace Kindred.Experiments.Evaluation;

/// <summary>Which samples keep their labels.</summary>
static class LabelShare
{
    /// <summary>A share of every class's samples, at least one of each, in ascending order; samples without a label are left out.</summary>
    public static int[] Of(IReadOnlyList<int> labels, double share, ulong draw) =>
        Take(labels, draw, members => Math.Max(1, (int)Math.Round(share * members)));

    /// <summary>So many of every class, or all of a class that has fewer.</summary>
    public static int[] Each(IReadOnlyList<int> labels, int count, ulong draw) => Take(labels, draw, _ => count);

    static int[] Take(IReadOnlyList<int> labels, ulong draw, Func<int, int> count)
    {
        var classes = Enumerable.Range(0, labels.Count).Where(i => labels[i] >= 0).GroupBy(i => labels[i]);
        return [.. classes.SelectMany(members =>
        {
            int[] own = [.. members], order = new int[own.Length];
            new RandomKey(draw, 0, members.Key, 0).Draws().Permutation(order);
            return order.Take(count(own.Length)).Select(i => own[i]);
        }).Order()];
    }
}
