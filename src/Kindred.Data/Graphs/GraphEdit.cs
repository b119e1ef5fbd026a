namespace Kindred.Data.Graphs;

/// <summary>The four augmentations of GraphCL as functions of what was picked; <see cref="GraphOperation"/> draws the picks.</summary>
/// <remarks>
/// You et al., arXiv:2010.13902, Sec. 3, Table 1. Every result lists each directed edge once, sorted by source and target; nodes keep their order
/// and are renumbered. A graph may lose all its edges, never all its nodes.
/// </remarks>
public static class GraphEdit
{
    /// <summary>Removes nodes together with their edges.</summary>
    /// <param name="graph">A graph.</param>
    /// <param name="drop">Nodes to remove.</param>
    /// <returns>The rest, and the old number of each node kept.</returns>
    /// <exception cref="ArgumentException">No node would remain.</exception>
    public static (GraphSample Graph, int[] NodeMap) DropNodes(GraphSample graph, IEnumerable<int> drop)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var gone = drop.ToHashSet();
        return Subgraph(graph, Enumerable.Range(0, graph.Nodes).Where(node => !gone.Contains(node)));
    }

    /// <summary>Keeps the subgraph that some nodes induce.</summary>
    /// <param name="graph">A graph.</param>
    /// <param name="keep">Nodes to keep, in any order.</param>
    /// <param name="selfLoops">Adds an edge from every kept node to itself, as the official semi-supervised code does.</param>
    /// <returns>The subgraph, and the old number of each node.</returns>
    /// <exception cref="ArgumentException">No node is kept.</exception>
    public static (GraphSample Graph, int[] NodeMap) Subgraph(GraphSample graph, IEnumerable<int> keep, bool selfLoops = false)
    {
        ArgumentNullException.ThrowIfNull(graph);
        int[] kept = [.. keep.Distinct().Order()];
        if (kept.Length == 0) throw new ArgumentException("a graph keeps at least one node", nameof(keep));
        var place = new int[graph.Nodes];
        Array.Fill(place, -1);
        var features = new double[kept.Length * graph.Width];
        for (var i = 0; i < kept.Length; i++)
        {
            place[kept[i]] = i;
            graph.Row(kept[i]).CopyTo(features.AsSpan(i * graph.Width));
        }
        var edges = graph.Edges.Where(e => place[e.Source] >= 0 && place[e.Target] >= 0).Select(e => (place[e.Source], place[e.Target]));
        if (selfLoops) edges = edges.Concat(Enumerable.Range(0, kept.Length).Select(i => (i, i)));
        return (new(features, graph.Width, Sorted(edges)), kept);
    }

    /// <summary>Keeps some edges and adds others.</summary>
    /// <param name="graph">A graph.</param>
    /// <param name="keep">Places in the list of edges.</param>
    /// <param name="added">Edges to add; doubles of existing ones vanish.</param>
    public static GraphSample PerturbEdges(GraphSample graph, IEnumerable<int> keep, IEnumerable<(int Source, int Target)>? added = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph with { Edges = Sorted(keep.Select(i => graph.Edges[i]).Concat(added ?? [])) };
    }

    /// <summary>Hides the attributes of some nodes.</summary>
    /// <param name="graph">A graph.</param>
    /// <param name="mask">Nodes to hide, each once.</param>
    /// <param name="replacement">What they get instead, one row a node; null: the mean over all nodes.</param>
    public static GraphSample MaskAttributes(GraphSample graph, IReadOnlyList<int> mask, double[]? replacement = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(mask);
        var features = (double[])graph.Features.Clone();
        for (var column = 0; column < graph.Width; column++)
        {
            double mean = 0;
            for (var node = 0; node < graph.Nodes; node++) mean += graph.Features[(node * graph.Width) + column];
            for (var i = 0; i < mask.Count; i++)
                features[(mask[i] * graph.Width) + column] = replacement is null ? mean / graph.Nodes : replacement[(i * graph.Width) + column];
        }
        return graph with { Features = features, Edges = Sorted(graph.Edges) };
    }

    internal static (int, int)[] Sorted(IEnumerable<(int, int)> edges) => [.. edges.Distinct().Order()];
}
