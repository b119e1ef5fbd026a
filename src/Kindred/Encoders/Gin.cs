using Kindred.Graphs;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Graph isomorphism network: each layer adds up a node's neighbourhood and passes it through an MLP.</summary>
/// <remarks>
/// Xu et al., "How Powerful are Graph Neural Networks?", arXiv:1810.00826, eqs. 4.1–4.2; layer order of GraphCL's unsupervised code:
/// h ← BN(relu(MLP((1 + ε)h + Σ h_neighbours))). A graph is read out as the sum of its nodes, all layers concatenated.
/// </remarks>
[Encoder("gin", "graph isomorphism network", Takes = SampleKinds.Graphs, Paper = "arXiv:1810.00826")]
public sealed class Gin : Encoder
{
    /// <summary>The settings; defaults are GraphCL's.</summary>
    /// <param name="Width">Width of every layer.</param>
    /// <param name="Depth">Layers.</param>
    public sealed record Options([Width] long Width = 32, [Depth] int Depth = 3);

    readonly GinLayer[] layers;

    /// <summary>A network with Xavier weights and zero biases, for the node features of the data.</summary>
    public Gin(Options options, DataFacts facts) : this(Layers(Checked(options), facts.Input("features", 1)))
    {
    }

    static GinLayer[] Layers(Options options, long inputs) => [.. Enumerable.Range(0, options.Depth).Select(i => new GinLayer(i == 0 ? inputs : options.Width, options.Width))];

    static Options Checked(Options options)
    {
        OptionRules.Check(options);
        return options;
    }

    /// <summary>A network of given layers.</summary>
    /// <param name="layers">From input to output.</param>
    public Gin(params GinLayer[] layers) => this.layers = layers;

    /// <summary>Width of a graph's representation: the layers' widths together.</summary>
    public override long Dim => layers.Sum(layer => layer.Width);

    /// <inheritdoc/>
    protected override string? Fault(View view) => FeatureFault(view, layers[0].Inputs);

    internal static string? FeatureFault(View view, long features) => view.X.Size(1) == features ? null
        : $"was made for nodes of {features} features, and these have {view.X.Size(1)}; graphs whose nodes say other things are of another data set";

    /// <inheritdoc/>
    protected override Tensor Encode(View view) => view is GraphView graphs ? Forward(graphs.Graph).Graphs
        : throw new ConfigurationException("gin reads graphs, and these data are none; give graphs by --data tu:PATH, or take another encoder.");

    /// <inheritdoc/>
    public override IReadOnlyList<OnnxFeed> Feeds(View view) => FeedsOf(view, "gin");

    internal static IReadOnlyList<OnnxFeed> FeedsOf(View view, string who)
    {
        if (view is not GraphView graphs) throw new ConfigurationException($"{who} reads graphs, and these data are none; give graphs by --data tu:PATH.");
        var graph = graphs.Graph;
        return
        [
            new("nodes", graph.Nodes, ["V", null]), new("edges", graph.Edges, [null, "E"]),
            new("owner", graph.Owner ?? Tensor.Zeros([graph.Nodes.Size(0)], Dtype.Int64), ["V"]),
        ];
    }

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, IReadOnlyList<OnnxValue> inputs)
    {
        ArgumentNullException.ThrowIfNull(onnx);
        ArgumentNullException.ThrowIfNull(inputs);
        var (h, edges, owner) = (inputs[0], inputs[1], inputs[2]);
        List<OnnxValue> read = [];
        foreach (var layer in layers) read.Add(Pool(h = layer.Export(onnx, h, edges), owner));
        return OnnxValue.Concat(1, read);
    }

    // There are as many graphs as the last node's number says.
    internal static OnnxValue Pool(OnnxValue nodes, OnnxValue owner) => nodes.ZeroRows(owner.Max([0], keep: true) + nodes.Graph.Whole(1)).AddRows(owner, nodes);

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

    internal long Inputs => first.Weight.Value.Size(1);

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

    internal OnnxValue Export(OnnxExport onnx, OnnxValue h, OnnxValue edges)
    {
        var own = eps == 0 ? h : h.Mul(1 + eps);
        var gathered = own.AddRows(edges.Select(0, 1), h.Gather(edges.Select(0, 0)));
        return norm.Export(onnx, second.Export(onnx, first.Export(onnx, gathered).Relu()).Relu());
    }

    internal static Tensor Xavier(long inputs, long outputs)
    {
        var bound = Math.Sqrt(6.0 / (inputs + outputs));
        return (Tensor.Rand([outputs, inputs], Initialization.Generator) * 2 - 1) * bound;
    }
}
