using Kindred.Torch;

namespace Kindred.Graphs;

/// <summary>A graph, or several laid side by side: node features and directed edges.</summary>
/// <param name="Nodes">Features, `[N, F]`.</param>
/// <param name="Edges">Source row, target row; both directions of an undirected edge are listed, int64 `[2, E]`.</param>
/// <param name="Owner">Which graph each node belongs to, ascending, int64 `[N]`; null for a single graph.</param>
public sealed record Graph(Tensor Nodes, Tensor Edges, Tensor? Owner = null)
{
    /// <summary>Nodes.</summary>
    public long Count => Nodes.Size(0);

    /// <summary>How many graphs lie side by side.</summary>
    public long Graphs { get; init; } = Owner is null || Owner.Numel == 0 ? 1 : Owner.Max().ItemLong() + 1;

    /// <summary>Lays graphs side by side as one with as many components.</summary>
    /// <param name="graphs">Single graphs of equal feature width; at least one.</param>
    public static Graph Batch(params ReadOnlySpan<Graph> graphs)
    {
        Tensor[] nodes = new Tensor[graphs.Length], edges = new Tensor[graphs.Length], owners = new Tensor[graphs.Length];
        long first = 0;
        for (int i = 0; i < graphs.Length; i++)
        {
            nodes[i] = graphs[i].Nodes;
            edges[i] = graphs[i].Edges + first;
            owners[i] = Tensor.Full([graphs[i].Count], i, Dtype.Int64, graphs[i].Nodes.Device);
            first += graphs[i].Count;
        }
        return new(Tensor.Cat(nodes), Tensor.Cat(edges, 1), Tensor.Cat(owners));
    }
}
