using Kindred.Randomness;

namespace Kindred.Sampling;

/// <summary>Batches of pairs, some of one class and some of two: what DrLIM learns from.</summary>
/// <remarks>Hadsell, Chopra, LeCun, "Dimensionality Reduction by Learning an Invariant Mapping", CVPR 2006.</remarks>
public static class Pairs
{
    /// <summary>Batches in which rows 2i and 2i + 1 are a pair; pairs of one class come first. No sample is twice in a batch.</summary>
    /// <param name="labels">−1 for none; samples without a label are left out.</param>
    /// <param name="positives">Pairs of one class in each batch.</param>
    /// <param name="negatives">Pairs of two classes in each batch.</param>
    /// <param name="count">How many batches.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The pass over the data.</param>
    /// <returns>Batches of 2 · (positives + negatives) numbers of samples.</returns>
    /// <exception cref="ConfigurationException">There is no pair to draw, or the labels do not give so many.</exception>
    public static int[][] Batches(IReadOnlyList<int> labels, int positives, int negatives, int count, ulong seed, int epoch = 0)
    {
        if (positives < 0 || negatives < 0 || positives + negatives == 0)
            throw new ConfigurationException($"batches of {positives} pairs of one class and {negatives} of two: expected is at least one pair, and none below 0");
        var members = ClassShare.Members(labels);
        return [.. Enumerable.Range(0, count).Select(batch =>
        {
            var draws = new RandomKey(seed, epoch, batch, 2).Draws();
            var left = members.Select(c => new Stack<int>(Shuffled(c.Samples, ref draws))).ToArray();
            List<int> rows = [];
            for (var i = 0; i < positives; i++)
            {
                var own = Draw(left, l => l.Count / 2, ref draws) ?? throw TooFew(positives, negatives, labels.Count);
                rows.AddRange([own.Pop(), own.Pop()]);
            }
            for (var i = 0; i < negatives; i++)
            {
                var first = Draw(left, l => l.Count, ref draws) ?? throw TooFew(positives, negatives, labels.Count);
                var second = Draw(left, l => l == first ? 0 : l.Count, ref draws) ?? throw TooFew(positives, negatives, labels.Count);
                rows.AddRange([first.Pop(), second.Pop()]);
            }
            return rows.ToArray();
        })];
    }

    static int[] Shuffled(int[] samples, ref Draws draws)
    {
        var order = new int[samples.Length];
        draws.Permutation(order);
        return Array.ConvertAll(order, i => samples[i]);
    }

    // A class by the weight of what it has left; null where nobody has any.
    static Stack<int>? Draw(Stack<int>[] left, Func<Stack<int>, int> weight, ref Draws draws)
    {
        var total = left.Sum(weight);
        if (total == 0) return null;
        var at = draws.Integer(total);
        return left.First(l => (at -= weight(l)) < 0);
    }

    static ConfigurationException TooFew(int positives, int negatives, int samples) =>
        new($"batches of {positives} pairs of one class and {negatives} of two: {samples} samples and their labels do not give so many without taking one twice; make batches smaller.");
}
