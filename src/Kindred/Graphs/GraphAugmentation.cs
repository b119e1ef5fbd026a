using Kindred.Torch;

namespace Kindred.Graphs;

/// <summary>The four augmentations of GraphCL as functions of what was picked; <see cref="GraphPicks"/> draws the picks.</summary>
/// <remarks>
/// You et al., arXiv:2010.13902, Sec. 3, Table 1. Every result lists each directed edge once, sorted by source and target; nodes keep their order
/// and are renumbered. A graph may lose all its edges, never all its nodes.
/// </remarks>
public static class GraphAugmentation
{
    /// <summary>Removes nodes together with their edges.</summary>
    /// <param name="graph">A single graph.</param>
    /// <param name="drop">Nodes to remove.</param>
    /// <returns>The rest, and the old number of each node kept.</returns>
    /// <exception cref="ArgumentException">No node would remain.</exception>
    public static (Graph Graph, long[] NodeMap) DropNodes(Graph graph, ReadOnlySpan<long> drop)
    {
        var gone = new HashSet<long>(drop.ToArray());
        var kept = Enumerable.Range(0, (int)graph.Count).Select(i => (long)i).Where(node => !gone.Contains(node)).ToArray();
        return (Induce(graph, kept, selfLoops: false), kept);
    }

    /// <summary>Keeps the subgraph that some nodes induce.</summary>
    /// <param name="graph">A single graph.</param>
    /// <param name="keep">Nodes to keep, in any order.</param>
    /// <param name="selfLoops">Adds an edge from every kept node to itself, as the official semi-supervised code does.</param>
    /// <returns>The subgraph, and the old number of each node.</returns>
    /// <exception cref="ArgumentException">No node is kept.</exception>
    public static (Graph Graph, long[] NodeMap) Subgraph(Graph graph, ReadOnlySpan<long> keep, bool selfLoops = false)
    {
        var kept = keep.ToArray().Distinct().Order().ToArray();
        return (Induce(graph, kept, selfLoops), kept);
    }

    /// <summary>Keeps some edges and adds others.</summary>
    /// <param name="graph">A single graph.</param>
    /// <param name="keep">Columns of the edge list to keep.</param>
    /// <param name="added">Edges to add, source row then target row, int64 `[2, A]`; null: none. Doubles of existing edges vanish.</param>
    public static Graph PerturbEdges(Graph graph, ReadOnlySpan<long> keep, Tensor? added = null)
    {
        var old = EdgeList(graph.Edges);
        var edges = new List<(long, long)>();
        foreach (var column in keep)
            edges.Add(old[column]);
        if (added is not null)
            edges.AddRange(EdgeList(added));
        return graph with { Edges = Sorted(edges, graph.Edges.Device) };
    }

    /// <summary>Hides the attributes of some nodes.</summary>
    /// <param name="graph">A single graph.</param>
    /// <param name="mask">Nodes to hide.</param>
    /// <param name="replacement">What they get instead, `[mask, F]`; null: the mean over all nodes.</param>
    public static Graph MaskAttributes(Graph graph, ReadOnlySpan<long> mask, Tensor? replacement = null)
    {
        var rows = Tensor.From(mask, mask.Length).To(graph.Nodes.Device);
        var values = replacement ?? graph.Nodes.Mean(0, keepdim: true).Expand([mask.Length, graph.Nodes.Size(1)]);
        return graph with { Nodes = graph.Nodes.IndexCopy(0, rows, values.To(graph.Nodes.Dtype)), Edges = Sorted(EdgeList(graph.Edges), graph.Edges.Device) };
    }

    static Graph Induce(Graph graph, long[] kept, bool selfLoops)
    {
        if (kept.Length == 0)
            throw new ArgumentException("a graph without nodes has no representation: keep at least one.");
        var number = kept.Select((node, i) => (node, i)).ToDictionary(pair => pair.node, pair => (long)pair.i);
        var edges = EdgeList(graph.Edges).Where(edge => number.ContainsKey(edge.Source) && number.ContainsKey(edge.Target))
            .Select(edge => (number[edge.Source], number[edge.Target]));
        if (selfLoops)
            edges = edges.Concat(number.Values.Select(node => (node, node)));
        var rows = Tensor.From<long>(kept, [kept.Length]).To(graph.Nodes.Device);
        return new(graph.Nodes.IndexSelect(0, rows), Sorted(edges, graph.Edges.Device));
    }

    internal static (long Source, long Target)[] EdgeList(Tensor edges)
    {
        var flat = edges.ToArray<long>();
        var count = flat.Length / 2;
        return [.. Enumerable.Range(0, count).Select(i => (flat[i], flat[count + i]))];
    }

    static Tensor Sorted(IEnumerable<(long Source, long Target)> edges, Device device)
    {
        var sorted = edges.Distinct().Order().ToArray();
        long[] flat = [.. sorted.Select(edge => edge.Source), .. sorted.Select(edge => edge.Target)];
        return Tensor.From<long>(flat, [2, sorted.Length]).To(device);
    }
}
