namespace Kindred.Data.Graphs;

/// <summary>A graph as plain arrays: what readers give and augmentations change.</summary>
/// <param name="Features">One row of <paramref name="Width"/> numbers a node.</param>
/// <param name="Width">Features of a node.</param>
/// <param name="Edges">Directed edges, each once, sorted; an undirected edge stands in both directions.</param>
public sealed record GraphSample(double[] Features, int Width, (int Source, int Target)[] Edges)
{
    /// <summary>How many nodes there are.</summary>
    public int Nodes => Features.Length / Width;

    internal ReadOnlySpan<double> Row(int node) => Features.AsSpan(node * Width, Width);
}

/// <summary>Graphs with their classes.</summary>
/// <param name="Source">Where they come from.</param>
/// <param name="Graphs">The graphs; all of one width.</param>
/// <param name="Classes">Class names; empty without labels.</param>
/// <param name="Labels">One a graph; null without labels.</param>
public sealed record GraphSet(string Source, IReadOnlyList<GraphSample> Graphs, IReadOnlyList<string> Classes, IReadOnlyList<int>? Labels)
{
    /// <summary>Features of a node.</summary>
    public int Width => Graphs.Count == 0 ? 1 : Graphs[0].Width;

    /// <summary>One part: of every class each fifth graph, in an order that is always the same, is for testing.</summary>
    /// <param name="split"><c>train</c>, <c>test</c>, or null for all.</param>
    /// <exception cref="ConfigurationException">There is no such part.</exception>
    public GraphSet Split(string? split)
    {
        if (split is null) return this;
        if (split is not ("train" or "test")) throw new ConfigurationException($"{Source}: split={split}; expected is train or test; leave it out for all graphs.");
        var order = new int[Graphs.Count];
        new Randomness.RandomKey(0, 0, 0, 0).Draws().Permutation(order);
        var seen = new Dictionary<int, int>();
        int[] kept = [.. order.Where(i => (Next(Labels?[i] ?? 0) % 5 == 0) == (split == "test")).Order()];
        return this with { Graphs = [.. kept.Select(i => Graphs[i])], Labels = Labels is null ? null : [.. kept.Select(i => Labels[i])] };

        int Next(int label) => seen[label] = seen.GetValueOrDefault(label) + 1;
    }
}
