namespace Kindred.Index.Analysis;

/// <summary>Vectors that are nearly the same, in groups.</summary>
public static class NearDuplicates
{
    /// <summary>Neighbours of each vector that are looked at: enough to hold together groups of any size, as equal ones are found in the order of their
    /// numbers.</summary>
    public const int Neighbours = 32;

    /// <summary>One of a group.</summary>
    /// <param name="Row">Its number.</param>
    /// <param name="Score">How alike it is to the one that held it to the group most strongly.</param>
    public readonly record struct Member(int Row, float Score);

    /// <summary>Groups in which each is held to another by a score of at least the threshold.</summary>
    /// <remarks>Such groups can be chains: the first and the last may be less alike. Lower the group's risk with a higher threshold.</remarks>
    /// <param name="nearest">The nearest others of each vector, <see cref="Neighbours"/> of them.</param>
    /// <param name="threshold">Cosine from which on two are duplicates, or minus a distance.</param>
    /// <returns>Groups of two and more, in the order of their first members, which stand first: the ones to keep.</returns>
    public static IReadOnlyList<IReadOnlyList<Member>> Groups(NearestGraph nearest, float threshold)
    {
        ArgumentNullException.ThrowIfNull(nearest);
        if (!float.IsFinite(threshold)) throw new ConfigurationException($"a threshold of {threshold}; expected is a cosine such as 0.95.");
        int[] leader = [.. Enumerable.Range(0, nearest.Count)];
        var strongest = new float[nearest.Count];
        Array.Fill(strongest, float.NegativeInfinity);
        for (var row = 0; row < nearest.Count; row++)
        {
            foreach (var near in nearest[row])
            {
                if (near.Score < threshold) break;
                var (a, b) = (Leader(leader, row), Leader(leader, near.Row));
                (leader[Math.Max(a, b)], strongest[row]) = (Math.Min(a, b), Math.Max(strongest[row], near.Score));
                strongest[near.Row] = Math.Max(strongest[near.Row], near.Score);
            }
        }
        return [.. Enumerable.Range(0, nearest.Count).GroupBy(row => Leader(leader, row)).Where(g => g.Count() > 1).OrderBy(g => g.Key)
            .Select(g => (IReadOnlyList<Member>)[.. g.Order().Select(row => new Member(row, strongest[row]))])];
    }

    static int Leader(int[] leader, int row)
    {
        while (leader[row] != row) row = leader[row] = leader[leader[row]];
        return row;
    }
}
