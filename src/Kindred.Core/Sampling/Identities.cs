using Kindred.Randomness;

namespace Kindred.Sampling;

/// <summary>Batches of identities with up to K samples each, where most identities may have fewer: what is drawn from pseudo labels, whose outliers stand alone.</summary>
/// <remarks>
/// Unlike <see cref="PxK"/>, nobody is left out for being small: an identity of n samples gives min(n, K) of them when its turn comes. Ge et al., arXiv:2006.02713, draw
/// so, with small identities' samples repeated.
/// </remarks>
public static class Identities
{
    /// <summary>Batches in which the samples of an identity stand side by side, cut where a batch is full. Identities go round, and so do the samples of each.</summary>
    /// <param name="labels">−1 for none; such samples are left out.</param>
    /// <param name="size">Samples of a batch, at least one; all labelled samples where there are fewer.</param>
    /// <param name="each">K, at least one.</param>
    /// <param name="count">How many batches.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The pass over the data.</param>
    /// <returns>Batches of numbers of samples; a sample is never twice in one.</returns>
    /// <exception cref="ConfigurationException">There is no labelled sample, or the size or K is below one.</exception>
    public static int[][] Batches(IReadOnlyList<int> labels, int size, int each, int count, ulong seed, int epoch = 0)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (size < 1 || each < 1) throw new ConfigurationException($"batches of {size} samples with {each} of each identity: expected is at least 1 of both");
        var members = ClassShare.Members(labels).ToArray();
        if (members.Length == 0) throw new ConfigurationException($"batches of identities: none of {labels.Count} samples has one");

        size = Math.Min(size, members.Sum(m => m.Samples.Length));
        var walks = Array.ConvertAll(members, m => new Walk(m.Samples, new RandomKey(seed, epoch, m.Class, 1).Draws().LongBits()));
        var order = Shuffler.Keyed(seed, epoch);
        int[] turns = [.. Enumerable.Range(0, walks.Length)];
        var (round, next) = (0, turns.Length);
        var left = new Queue<int>();                                       // of an identity that a batch had no room for
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var batch = new List<int>(size);
            var taken = new HashSet<int>();
            while (batch.Count < size)
            {
                if (left.Count == 0)
                {
                    if (next == turns.Length) (turns, next) = (order.Shuffled(turns, round++), 0);
                    foreach (var sample in walks[turns[next++]].Take(each)) left.Enqueue(sample);
                }
                if (left.Dequeue() is var drawn && taken.Add(drawn)) batch.Add(drawn);
            }
            return batch.ToArray();
        })];
    }

    // The samples of one identity, round after round, each round in an order of its own.
    sealed class Walk(int[] samples, ulong seed)
    {
        int[] order = [];
        int round, next;

        public IEnumerable<int> Take(int each)
        {
            var wanted = Math.Min(each, samples.Length);
            // What is left of a round is too little: another round, so that the samples of one turn differ.
            if (next + wanted > order.Length) (order, next) = (Shuffler.Keyed(seed).Shuffled(samples, round++), 0);
            next += wanted;
            return order.Skip(next - wanted).Take(wanted);
        }
    }
}
