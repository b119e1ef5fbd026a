using Kindred.Graphs;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Graph isomorphism network: each layer adds up a node's neighbourhood and passes it through an MLP.</summary>
/// <remarks>
/// Xu et al., "How Powerful are Graph Neural Networks?", arXiv:1810.00826, eqs. 4.1–4.2; layer order of GraphCL's unsupervised code:
/// h ← BN(relu(MLP((1 + ε)h + Σ h_neighbours))). A graph is read out as the sum of its nodes, all layers concatenated.
/// </remarks>
public sealed class Gin : Module
{
    readonly GinLayer[] layers;

    /// <summary>A network with Xavier weights and zero biases.</summary>
    /// <param name="inputs">Width of the node features.</param>
    /// <param name="hidden">Width of every layer.</param>
    /// <param name="depth">Layers.</param>
    public Gin(long inputs, long hidden = 32, int depth = 3)
        : this([.. Enumerable.Range(0, depth).Select(i => new GinLayer(i == 0 ? inputs : hidden, hidden))])
    {
    }

    /// <summary>A network of given layers.</summary>
    /// <param name="layers">From input to output.</param>
    public Gin(params GinLayer[] layers) => this.layers = layers;

    /// <summary>Width of a graph's representation: the layers' widths together.</summary>
    public long Dim => layers.Sum(layer => layer.Width);

    /// <summary>Node states of the last layer `[N, hidden]` and graph representations `[G, Dim]`.</summary>
    /// <param name="graph">One graph or several side by side.</param>
    public (Tensor Nodes, Tensor Graphs) Forward(Graph graph)
    {
        var h = graph.Nodes;
        var read = new Tensor[layers.Length];
        for (int i = 0; i < layers.Length; i++)
        {
            h = layers[i].Forward(h, graph.Edges);
            read[i] = Pool(h, graph);
        }
        return (h, Tensor.Cat(read, 1));
    }

    /// <summary>The sum of each graph's rows: `[N, D]` → `[G, D]`.</summary>
    /// <param name="nodes">`[N, D]`.</param>
    /// <param name="graph">Says which row belongs where.</param>
    public static Tensor Pool(Tensor nodes, Graph graph) => graph.Owner is null
        ? nodes.Sum(0, keepdim: true)
        : Tensor.Zeros([graph.Graphs, nodes.Size(1)], nodes.Dtype, nodes.Device).IndexAdd(0, graph.Owner, nodes);
}

/// <summary>One layer of a <see cref="Gin"/>.</summary>
public sealed class GinLayer : Module
{
    readonly Linear first, second;
    readonly BatchNorm norm;
    readonly double eps;

    /// <summary>Xavier weights, zero biases.</summary>
    /// <param name="inputs">Width of the node states coming in.</param>
    /// <param name="width">Width going out.</param>
    /// <param name="eps">ε: how much more a node counts than a neighbour.</param>
    public GinLayer(long inputs, long width, double eps = 0)
        : this(new Linear(Xavier(inputs, width), Tensor.Zeros([width])), new Linear(Xavier(width, width), Tensor.Zeros([width])), new BatchNorm(width), eps)
    {
    }

    /// <summary>Given parts.</summary>
    /// <param name="first">First layer of the MLP.</param>
    /// <param name="second">Second layer of the MLP.</param>
    /// <param name="norm">Batch normalisation over nodes.</param>
    /// <param name="eps">ε.</param>
    public GinLayer(Linear first, Linear second, BatchNorm norm, double eps = 0)
        => (this.first, this.second, this.norm, this.eps) = (first, second, norm, eps);

    /// <summary>Width going out.</summary>
    public long Width => second.Weight.Value.Size(0);

    /// <summary>The new node states, `[N, Width]`.</summary>
    /// <param name="h">`[N, D]`.</param>
    /// <param name="edges">Each target gathers its sources, int64 `[2, E]`.</param>
    public Tensor Forward(Tensor h, Tensor edges)
    {
        var gathered = (h * (1 + eps)).IndexAdd(0, edges.Select(0, 1), h.IndexSelect(0, edges.Select(0, 0)));
        return norm.Forward(second.Forward(first.Forward(gathered).Relu()).Relu());
    }

    static Tensor Xavier(long inputs, long outputs)
    {
        var bound = Math.Sqrt(6.0 / (inputs + outputs));
        return (Tensor.Rand([outputs, inputs], Initialization.Generator) * 2 - 1) * bound;
    }
}
