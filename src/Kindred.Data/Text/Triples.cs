namespace Kindred.Data.Text;

/// <summary>Triples of an anchor, what follows from it, and what contradicts it, out of pairs whose relation people named: SICK, SNLI, MultiNLI.</summary>
/// <remarks>Gao et al., arXiv:2104.08821, Sec. 4. Of two sentences that contradict each other either is the other's contradiction.</remarks>
static class Triples
{
    const string Follows = "entailment", Contradicts = "contradiction", Neither = "neutral";

    /// <summary>Whether a word names a relation.</summary>
    public static bool IsRelation(string word) => new[] { Follows, Contradicts, Neither }.Contains(word, StringComparer.OrdinalIgnoreCase);

    /// <summary>Every anchor with each that follows from it and each that contradicts it; anchors that lack either give none.</summary>
    /// <param name="source">What messages call the whole.</param>
    /// <param name="pairs">Two sentences a row.</param>
    /// <param name="relations">One a row.</param>
    /// <exception cref="DataException">There is no triple.</exception>
    public static Sentences Of(string source, IReadOnlyList<string[]> pairs, IReadOnlyList<string> relations)
    {
        var against = Enumerable.Range(0, pairs.Count).Where(i => Is(i, Contradicts)).SelectMany<int, string[]>(i => [pairs[i], [pairs[i][1], pairs[i][0]]]).ToLookup(p => p[0], p => p[1]);
        string[][] rows = [.. Enumerable.Range(0, pairs.Count).Where(i => Is(i, Follows)).SelectMany(i => against[pairs[i][0]].Distinct().Select(other => new[] { pairs[i][0], pairs[i][1], other }))];
        return rows.Length > 0 ? new(source, ["anchor", "positive", "negative"], rows)
            : throw new DataException($"{source}: no sentence has both one that follows from it and one that contradicts it, so that there is no triple; leave triples= out for pairs.");

        bool Is(int row, string relation) => relations[row].Equals(relation, StringComparison.OrdinalIgnoreCase);
    }
}
