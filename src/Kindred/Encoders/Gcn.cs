using Kindred.Graphs;
using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Graph convolutional network: each layer averages a node with its neighbours, weighed by their degrees, behind a linear map.</summary>
/// <remarks>
/// Kipf, Welling, "Semi-Supervised Classification with Graph Convolutional Networks", arXiv:1609.02907, eq. 2: h ← relu(D^(−½) (A + I) D^(−½) h W + b), with D the degrees
/// of A + I. A graph is read out as in <see cref="Gin"/>: the sum of its nodes, all layers concatenated; and as there a batch norm follows each layer, unless <c>norm</c> is false.
/// </remarks>
[Encoder("gcn", "graph convolutional network", Takes = SampleKinds.Graphs, Paper = "arXiv:1609.02907")]
public sealed class Gcn : Encoder
{
    /// <summary>The settings; width and depth are those of <see cref="Gin"/>.</summary>
    /// <param name="Width">Width of every layer.</param>
    /// <param name="Depth">Layers.</param>
    /// <param name="Norm">Whether a batch norm follows each layer; the paper has none.</param>
    public sealed record Options([Width] long Width = 32, [Depth] int Depth = 3, bool Norm = true);

    readonly GcnLayer[] layers;

    /// <summary>A network with Xavier weights and zero biases, for the node features of the data.</summary>
    public Gcn(Options options, DataFacts facts)
    {
        OptionRules.Check(options);
        ArgumentNullException.ThrowIfNull(facts);
        var inputs = facts.Input("features", 1);
        layers = [.. Enumerable.Range(0, options.Depth).Select(i => new GcnLayer(i == 0 ? inputs : options.Width, options.Width, options.Norm))];
    }

    /// <summary>A network of given layers.</summary>
    /// <param name="layers">From input to output.</param>
    public Gcn(params GcnLayer[] layers) => this.layers = layers;

    /// <summary>Width of a graph's representation: the layers' widths together.</summary>
    public override long Dim => layers.Sum(layer => layer.Width);

    /// <inheritdoc/>
    protected override string? Fault(View view) => Gin.FeatureFault(view, layers[0].Inputs);

    /// <inheritdoc/>
    protected override Tensor Encode(View view) => view is GraphView graphs ? Forward(graphs.Graph).Graphs
        : throw new ConfigurationException("gcn reads graphs, and these data are none; give graphs by --data tu:PATH, or take another encoder.");

    /// <inheritdoc/>
    public override IReadOnlyList<OnnxFeed> Feeds(View view) => Gin.FeedsOf(view, "gcn");

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, IReadOnlyList<OnnxValue> inputs)
    {
        ArgumentNullException.ThrowIfNull(onnx);
        ArgumentNullException.ThrowIfNull(inputs);
        var (h, owner) = (inputs[0], inputs[2]);
        var (sources, targets) = (inputs[1].Select(0, 0), inputs[1].Select(0, 1));
        var ones = h.Narrow(1, 0, 1).ZeroRows(h.Length(0)).Add(1);
        var scale = onnx.Graph.Number(1) / ones.AddRows(targets, ones.Gather(sources)).Sqrt();
        List<OnnxValue> read = [];
        foreach (var layer in layers)
        {
            var mapped = layer.Map(onnx, h) * scale;
            h = layer.Finish(onnx, mapped.AddRows(targets, mapped.Gather(sources)) * scale);
            read.Add(Gin.Pool(h, owner));
        }
        return OnnxValue.Concat(1, read);
    }

    /// <summary>Node states of the last layer `[N, hidden]` and graph representations `[G, Dim]`.</summary>
    /// <param name="graph">One graph or several side by side.</param>
    public (Tensor Nodes, Tensor Graphs) Forward(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var (sources, targets) = (graph.Edges.Select(0, 0), graph.Edges.Select(0, 1));
        var ones = Tensor.Ones([graph.Edges.Size(1)], device: graph.Nodes.Device);
        var scale = Tensor.Ones([graph.Count], device: graph.Nodes.Device).IndexAdd(0, targets, ones).Rsqrt().Unsqueeze(1); // the node itself counts
        var h = graph.Nodes;
        var read = new Tensor[layers.Length];
        for (var i = 0; i < layers.Length; i++)
        {
            var mapped = layers[i].Map(h) * scale;
            h = layers[i].Finish(mapped.IndexAdd(0, targets, mapped.IndexSelect(0, sources)) * scale);
            read[i] = Gin.Pool(h, graph);
        }
        return (h, Tensor.Cat(read, 1));
    }
}

/// <summary>One layer of a <see cref="Gcn"/>.</summary>
public sealed class GcnLayer : Module
{
    readonly Linear linear;
    readonly Parameter bias;
    readonly BatchNorm? norm;

    /// <summary>Xavier weights, zero biases.</summary>
    /// <param name="inputs">Width of the node states coming in.</param>
    /// <param name="width">Width going out.</param>
    /// <param name="norm">Whether a batch norm over nodes follows.</param>
    public GcnLayer(long inputs, long width, bool norm = true) : this(GinLayer.Xavier(inputs, width), Tensor.Zeros([width]), norm ? new BatchNorm(width) : null)
    {
    }

    /// <summary>Given parts.</summary>
    /// <param name="weight">W, `[width, inputs]`.</param>
    /// <param name="bias">b, `[width]`.</param>
    /// <param name="norm">Batch normalisation over nodes; null for none.</param>
    public GcnLayer(Tensor weight, Tensor bias, BatchNorm? norm = null) => (linear, this.bias, this.norm) = (new Linear(weight, null), new Parameter(bias), norm);

    internal long Inputs => linear.Weight.Value.Size(1);

    /// <summary>Width going out.</summary>
    public long Width => linear.Weight.Value.Size(0);

    /// <summary>h W, `[N, Width]`.</summary>
    internal Tensor Map(Tensor h) => linear.Forward(h);

    /// <summary>What the neighbourhood gave, with the bias, cut off at zero and normalised.</summary>
    internal Tensor Finish(Tensor gathered)
    {
        var h = (gathered + bias.Value).Relu();
        return norm is null ? h : norm.Forward(h);
    }

    internal OnnxValue Map(OnnxExport onnx, OnnxValue h) => linear.Export(onnx, h);

    internal OnnxValue Finish(OnnxExport onnx, OnnxValue gathered)
    {
        var h = (gathered + onnx.Weight(bias)).Relu();
        return norm is null ? h : norm.Export(onnx, h);
    }
}
