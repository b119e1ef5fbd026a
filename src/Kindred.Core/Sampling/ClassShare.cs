namespace Kindred.Sampling;

/// <summary>Some samples of every class: few labels, balanced parts, long tails.</summary>
public static class ClassShare
{
    /// <summary>A share of every class's samples, at least one of each; samples without a label are left out.</summary>
    /// <param name="labels">−1 for none.</param>
    /// <param name="share">In (0, 1].</param>
    /// <param name="shuffler">Chooses; the class is the key.</param>
    /// <returns>Numbers of samples, class by class in the order drawn.</returns>
    /// <exception cref="ConfigurationException">The share is out of range.</exception>
    public static int[] Of(IReadOnlyList<int> labels, double share, Shuffler shuffler) => share is > 0 and <= 1
        ? Take(labels, (_, members) => Math.Max(1, (int)Math.Round(share * members)), shuffler)
        : throw new ConfigurationException($"a fraction of {share}: expected is a number above 0, at most 1 (0.01 for 1 %)");

    /// <summary>So many of every class, or all of a class that has fewer.</summary>
    /// <param name="labels">−1 for none.</param>
    /// <param name="count">At least one.</param>
    /// <param name="shuffler">Chooses; the class is the key.</param>
    /// <returns>Numbers of samples, class by class in the order drawn.</returns>
    /// <exception cref="ConfigurationException">The count is below one.</exception>
    public static int[] Each(IReadOnlyList<int> labels, int count, Shuffler shuffler) => count >= 1
        ? Take(labels, (_, _) => count, shuffler)
        : throw new ConfigurationException($"{count} samples of every class: expected is at least 1");

    /// <summary>As many of each class as is said, or all of a class that has fewer.</summary>
    /// <param name="labels">−1 for none.</param>
    /// <param name="count">How many of a class, given its number and its size.</param>
    /// <param name="shuffler">Chooses; the class is the key.</param>
    /// <returns>Numbers of samples, class by class in the order drawn.</returns>
    public static int[] Take(IReadOnlyList<int> labels, Func<int, int, int> count, Shuffler shuffler)
    {
        ArgumentNullException.ThrowIfNull(shuffler);
        return [.. Members(labels).SelectMany(c => shuffler.Shuffled(c.Samples, c.Class).Take(count(c.Class, c.Samples.Length)))];
    }

    /// <summary>The samples of each class that has any, classes and samples ascending.</summary>
    /// <param name="labels">−1 for none.</param>
    public static IReadOnlyList<(int Class, int[] Samples)> Members(IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return [.. Enumerable.Range(0, labels.Count).Where(i => labels[i] >= 0).GroupBy(i => labels[i]).OrderBy(g => g.Key).Select(g => (g.Key, g.ToArray()))];
    }
}
