namespace Kindred.Index.Analysis;

/// <summary>A label that neighbours suggest.</summary>
/// <param name="Row">For which vector.</param>
/// <param name="Label">The label that most of them have, weighted by how near they are.</param>
/// <param name="Share">Its share of all votes, 0 to 1.</param>
/// <param name="Margin">Its share less that of the second: 0 where two are equal, 1 where all agree.</param>
/// <param name="Nearest">The nearest labelled vector.</param>
/// <param name="Score">How near that is.</param>
public sealed record Suggested(int Row, string Label, double Share, double Margin, int Nearest, float Score);

/// <summary>Labels of some vectors, carried to the others by their nearest neighbours.</summary>
/// <remarks>Votes are weighted by exp(score / 0.07), as in Wu and others, arXiv:1805.01978, Sec. 3.4.</remarks>
public static class Votes
{
    const double Temperature = 0.07;

    /// <summary>Suggests a label for each vector that has none.</summary>
    /// <param name="vectors">The vectors.</param>
    /// <param name="labels">One a vector, null for none.</param>
    /// <param name="k">How many labelled neighbours vote.</param>
    /// <param name="metric">What near means.</param>
    /// <param name="options">Memory, threads.</param>
    /// <exception cref="DataException">There is no label, or nothing without one.</exception>
    public static IReadOnlyList<Suggested> For(Vectors vectors, IReadOnlyList<string?> labels, int k = 20, Metric metric = Metric.Cosine, SearchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(labels);
        if (k < 1) throw new ConfigurationException($"{k} neighbours vote; expected is at least 1.");
        if (labels.Count != vectors.Count) throw new DataException($"{vectors.Description}: {vectors.Count} vectors, {labels.Count} labels.");
        int[] known = [.. Enumerable.Range(0, labels.Count).Where(i => labels[i] is not null)],
            unknown = [.. Enumerable.Range(0, labels.Count).Where(i => labels[i] is null)];
        if (known.Length == 0) throw new DataException($"{vectors.Description}: none of the {labels.Count} vectors has a label; give some, a row 'name,label' each.");
        if (unknown.Length == 0) throw new DataException($"{vectors.Description}: all {labels.Count} vectors have labels; there is nothing to suggest.");
        using var voters = new Chosen(vectors, known);
        using var asking = new Chosen(vectors, unknown);
        var found = ExactSearch.Find(voters, asking, k, metric, options);
        return [.. found.Select((near, i) => Count(unknown[i], near, known, labels))];
    }

    static Suggested Count(int row, Neighbour[] near, int[] known, IReadOnlyList<string?> labels)
    {
        // Less the best score, so that no exponential overflows.
        var votes = near.GroupBy(n => labels[known[n.Row]]!).Select(g => (Label: g.Key, Weight: g.Sum(n => Math.Exp((n.Score - near[0].Score) / Temperature))))
            .OrderByDescending(v => v.Weight).ThenBy(v => v.Label, StringComparer.Ordinal).ToArray();
        var all = votes.Sum(v => v.Weight);
        return new(row, votes[0].Label, votes[0].Weight / all, (votes[0].Weight - (votes.Length > 1 ? votes[1].Weight : 0)) / all, known[near[0].Row], near[0].Score);
    }
}

/// <summary>Some of many vectors; it does not close them.</summary>
sealed class Chosen(Vectors all, int[] rows) : Vectors
{
    public override string Description => all.Description;

    public override int Count => rows.Length;

    public override int Dimension => all.Dimension;

    public override void Read(int first, Span<float> into)
    {
        for (var i = 0; i < into.Length / Dimension; i++) this[first + i].CopyTo(into[(i * Dimension)..]);
    }

    public override ReadOnlySpan<float> this[int index] => all[rows[index]];
}
