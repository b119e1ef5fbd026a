using Kindred.Randomness;

namespace Kindred.Data.Graphs;

/// <summary>Gives an operation on graphs the name that recipes use.</summary>
/// <param name="name">Lower case, one word if possible.</param>
/// <param name="title">What it does, in a few words.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class GraphOperationAttribute(string name, string title) : PartAttribute(name)
{
    /// <inheritdoc/>
    public override string Title { get; init; } = title;
}

/// <summary>One random operation on a graph. Shares are rounded down; a graph never loses its last node.</summary>
public abstract record GraphOperation
{
    /// <summary>Holds the operation's numbers to their ranges.</summary>
    /// <exception cref="ConfigurationException">A number is out of its range.</exception>
    protected GraphOperation() => OptionRules.Check(this);

    /// <summary>Draws and applies.</summary>
    /// <param name="graph">The graph; it stays as it is.</param>
    /// <param name="draws">The operation's own stream of chance.</param>
    public abstract GraphSample Apply(GraphSample graph, ref Draws draws);

    private protected static int[] Some(int of, int count, ref Draws draws)
    {
        var order = new int[of];
        draws.Permutation(order);
        return order[..Math.Clamp(count, 0, of)];
    }
}

/// <summary>Some nodes go, with their edges.</summary>
/// <param name="Share">Share of the nodes.</param>
[GraphOperation("drop", "some nodes go, with their edges", Paper = "arXiv:2010.13902")]
public sealed record DropNodes([Probability] double Share = 0.1) : GraphOperation
{
    /// <inheritdoc/>
    public override GraphSample Apply(GraphSample graph, ref Draws draws)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return GraphEdit.DropNodes(graph, Some(graph.Nodes, Math.Min((int)(Share * graph.Nodes), graph.Nodes - 1), ref draws)).Graph;
    }
}

/// <summary>Some edges go, and as many random ones come.</summary>
/// <param name="Share">Share of the undirected edges.</param>
/// <param name="Add">False only takes away, as the official unsupervised code does.</param>
[GraphOperation("edges", "some edges go, and as many random ones come", Paper = "arXiv:2010.13902")]
public sealed record PerturbEdges([Probability] double Share = 0.1, bool Add = true) : GraphOperation
{
    /// <inheritdoc/>
    public override GraphSample Apply(GraphSample graph, ref Draws draws)
    {
        ArgumentNullException.ThrowIfNull(graph);
        // Both directions of an edge go and come together, so that the graph stays undirected.
        (int Source, int Target)[] whole = [.. graph.Edges.Where(e => e.Source <= e.Target)];
        var changed = (int)(Share * whole.Length);
        var gone = Some(whole.Length, changed, ref draws).Select(i => whole[i]).ToHashSet();
        var added = new List<(int, int)>();
        for (var i = 0; Add && graph.Nodes > 1 && i < changed; i++)
        {
            var from = draws.Integer(graph.Nodes);
            var to = (from + 1 + draws.Integer(graph.Nodes - 1)) % graph.Nodes;
            added.AddRange([(from, to), (to, from)]);
        }
        var keep = Enumerable.Range(0, graph.Edges.Length).Where(i => !gone.Contains(graph.Edges[i]) && !gone.Contains((graph.Edges[i].Target, graph.Edges[i].Source)));
        return GraphEdit.PerturbEdges(graph, keep, added);
    }
}

/// <summary>The attributes of some nodes are hidden behind the mean of all.</summary>
/// <param name="Share">Share of the nodes.</param>
[GraphOperation("mask", "the attributes of some nodes become the mean of all", Paper = "arXiv:2010.13902")]
public sealed record MaskAttributes([Probability] double Share = 0.1) : GraphOperation
{
    /// <inheritdoc/>
    public override GraphSample Apply(GraphSample graph, ref Draws draws)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return GraphEdit.MaskAttributes(graph, Some(graph.Nodes, (int)(Share * graph.Nodes), ref draws));
    }
}

/// <summary>What a growing walk reaches stays: start anywhere, add a random neighbour of what is reached, until the share is met or nothing is left.</summary>
/// <param name="Share">Share of the nodes that stay, at least one node.</param>
[GraphOperation("subgraph", "what a growing walk reaches stays", Paper = "arXiv:2010.13902")]
public sealed record Subgraph([Probability] double Share = 0.8) : GraphOperation
{
    /// <inheritdoc/>
    public override GraphSample Apply(GraphSample graph, ref Draws draws)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var neighbours = graph.Edges.ToLookup(e => e.Source, e => e.Target);
        var wanted = Math.Clamp((int)(Share * graph.Nodes), 1, graph.Nodes);
        var start = draws.Integer(graph.Nodes);
        var seen = new HashSet<int> { start };
        var reached = new List<int> { start };
        var frontier = new List<int>(neighbours[start].Where(seen.Add));
        while (reached.Count < wanted && frontier.Count > 0)
        {
            var pick = draws.Integer(frontier.Count);
            var node = frontier[pick];
            frontier[pick] = frontier[^1];
            frontier.RemoveAt(frontier.Count - 1);
            reached.Add(node);
            frontier.AddRange(neighbours[node].Where(seen.Add));
        }
        return GraphEdit.Subgraph(graph, reached).Graph;
    }
}

/// <summary>One of the four, drawn for each graph.</summary>
/// <param name="Share">Share that changes: of the nodes or edges; a subgraph loses so many nodes.</param>
/// <param name="Drop">Whether nodes may go.</param>
/// <param name="Edges">Whether edges may change.</param>
/// <param name="Mask">Whether attributes may be hidden.</param>
/// <param name="Walk">Whether a subgraph may be kept.</param>
[GraphOperation("one-of", "one of drop, edges, mask and subgraph for each graph", Paper = "arXiv:2010.13902")]
public sealed record OneOf([Probability] double Share = 0.1, bool Drop = true, bool Edges = true, bool Mask = true, bool Walk = true) : GraphOperation
{
    /// <inheritdoc/>
    public override GraphSample Apply(GraphSample graph, ref Draws draws)
    {
        var choice = new List<GraphOperation>();
        if (Drop) choice.Add(new DropNodes(Share));
        if (Edges) choice.Add(new PerturbEdges(Share));
        if (Mask) choice.Add(new MaskAttributes(Share));
        if (Walk) choice.Add(new Subgraph(1 - Share));
        return choice.Count == 0 ? throw new ConfigurationException("one-of: every operation is switched off; leave at least one on.") : choice[draws.Integer(choice.Count)].Apply(graph, ref draws);
    }
}
