using Kindred.Torch;

namespace Kindred.Graphs;

/// <summary>Draws what a graph augmentation needs: which nodes go, which edges change, where a walk leads.</summary>
/// <remarks>Ratios as in GraphCL, arXiv:2010.13902, Sec. 3; the same source of draws gives the same picks.</remarks>
/// <param name="random">Source of the draws.</param>
public sealed class GraphPicks(Random random)
{
    /// <summary>Nodes to drop or to mask: ⌊ratio · N⌋ of them, at most all but one.</summary>
    /// <param name="graph">A single graph.</param>
    /// <param name="ratio">Share of the nodes, in [0, 1].</param>
    public long[] Nodes(Graph graph, double ratio = 0.1) => Some((int)graph.Count, Math.Min((int)(ratio * graph.Count), (int)graph.Count - 1));

    /// <summary>Edges to keep, and as many random ones to add as are dropped.</summary>
    /// <param name="graph">A single graph.</param>
    /// <param name="ratio">Share of the edges that change, in [0, 1].</param>
    /// <param name="add">False only drops (the official unsupervised code).</param>
    public (long[] Keep, Tensor? Added) Edges(Graph graph, double ratio = 0.1, bool add = true)
    {
        var count = (int)graph.Edges.Size(1);
        var changed = (int)(ratio * count);
        var ends = new long[2 * changed];
        for (int i = 0; i < ends.Length; i++)
            ends[i] = random.NextInt64(graph.Count);
        return (Some(count, count - changed), add && changed > 0 ? Tensor.From<long>(ends, [2, changed]) : null);
    }

    /// <summary>Nodes that a growing walk reaches: start anywhere, add a random neighbour of what is reached, until the share is met or nothing is left.</summary>
    /// <param name="graph">A single graph.</param>
    /// <param name="share">Share of the nodes to keep, in (0, 1]; at least one node.</param>
    public long[] Walk(Graph graph, double share = 0.8)
    {
        var neighbours = GraphAugmentation.EdgeList(graph.Edges).ToLookup(edge => edge.Source, edge => edge.Target);
        var wanted = Math.Clamp((int)(share * graph.Count), 1, (int)graph.Count);
        var reached = new List<long> { random.NextInt64(graph.Count) };
        var seen = new HashSet<long>(reached);
        var frontier = new List<long>(neighbours[reached[0]].Where(seen.Add));
        while (reached.Count < wanted && frontier.Count > 0)
        {
            var pick = random.Next(frontier.Count);
            var node = frontier[pick];
            (frontier[pick], frontier[^1]) = (frontier[^1], frontier[pick]);
            frontier.RemoveAt(frontier.Count - 1);
            reached.Add(node);
            frontier.AddRange(neighbours[node].Where(seen.Add));
        }
        return [.. reached];
    }

    long[] Some(int of, int count)
    {
        var order = Enumerable.Range(0, of).Select(i => (long)i).ToArray();
        random.Shuffle(order);
        return order[..Math.Max(0, count)];
    }
}
