using Kindred.Randomness;

namespace Kindred.Sampling;

/// <summary>Batches of P classes with K samples each: what losses over pairs and triplets are mined from.</summary>
/// <remarks>Hermans, Beyer, Leibe, "In Defense of the Triplet Loss for Person Re-Identification", arXiv:1703.07737, Sec. 2.</remarks>
public static class PxK
{
    /// <summary>Batches in which the samples of a class stand side by side. Classes go round, and so do the samples of each; none is twice in a batch.</summary>
    /// <param name="labels">−1 for none; classes of fewer than K samples are left out.</param>
    /// <param name="classes">P, at least one.</param>
    /// <param name="each">K, at least one.</param>
    /// <param name="count">How many batches.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The pass over the data.</param>
    /// <returns>Batches of P·K numbers of samples.</returns>
    /// <exception cref="ConfigurationException">P or K is below one, or fewer than P classes have K samples.</exception>
    public static int[][] Batches(IReadOnlyList<int> labels, int classes, int each, int count, ulong seed, int epoch = 0)
    {
        if (classes < 1 || each < 1) throw new ConfigurationException($"batches of {classes} classes with {each} samples each: expected is at least 1 of both");
        var members = ClassShare.Members(labels).Where(c => c.Samples.Length >= each).ToArray();
        if (members.Length < classes)
            throw new ConfigurationException($"batches of {classes} classes with {each} samples each: {members.Length} classes have so many samples; take fewer classes, or fewer samples of each.");

        var chosen = Passes.Batches([.. Enumerable.Range(0, members.Length)], classes, count, Shuffler.Keyed(seed, epoch));
        var turns = new int[members.Length];
        foreach (var c in chosen.SelectMany(batch => batch)) turns[c]++;
        // A class's own passes have keys of their own.
        var rounds = members.Select((c, i) => new Queue<int[]>(Passes.Batches(c.Samples, each, turns[i], Shuffler.Keyed(new RandomKey(seed, epoch, c.Class, 1).Draws().LongBits())))).ToArray();
        return Array.ConvertAll(chosen, batch => batch.SelectMany(c => rounds[c].Dequeue()).ToArray());
    }
}
