using Kindred.Encoders;
using Kindred.Graphs;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Graphs without a network: how often each node label occurs, and, if asked for, how many nodes and edges there are.</summary>
/// <param name="sizes">Whether the numbers of nodes and of undirected edges stand beside the counts.</param>
sealed class GraphCounts(bool sizes) : IEncodes
{
    /// <summary>`[G, F]`, or `[G, F + 2]` with sizes.</summary>
    /// <exception cref="ConfigurationException">The view shows no graphs.</exception>
    public Tensor Features(View view)
    {
        if (view is not GraphView { Graph: var graph })
            throw new ConfigurationException("the baselines counts and sizes are for graphs; for pictures there are pixels, pca and untrained.");
        var counts = Gin.Pool(graph.Nodes, graph);
        if (!sizes) return counts;
        var nodes = Gin.Pool(Tensor.Ones([graph.Count, 1], device: graph.Nodes.Device), graph);
        var ends = Tensor.Zeros([graph.Count, 1], device: graph.Nodes.Device)
            .IndexAdd(0, graph.Edges.Select(0, 0), Tensor.Ones([graph.Edges.Size(1), 1], device: graph.Nodes.Device));
        return Tensor.Cat([counts, nodes, Gin.Pool(ends, graph) / 2], 1);
    }
}
