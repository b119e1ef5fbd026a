using Kindred.Data.Graphs;
using Kindred.Encoders;
using Kindred.Graphs;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Golden.Adapters;

static class GraphAdapters
{
    [Golden("graphcl")]
    static CaseResult GraphCL(GoldenCase c)
    {
        var perGraph = GraphContrast.PerGraph(c["z1"], c["z2"], c.Number("temperature", 0.2), c.Flag("exclude_positive", true));
        return new CaseResult { ["loss"] = perGraph.Mean(), ["per_graph"] = perGraph };
    }

    [Golden("graph_aug")]
    static CaseResult Augment(GoldenCase c)
    {
        var (x, pairs) = (c["x"], c["edge_index"]);
        var graph = new GraphSample(x.To(Dtype.Float64).ToArray<double>(), (int)x.Size(1), Pairs(pairs));
        int[] Numbers(string name) => [.. c.Integers(name).ToArray().Select(n => (int)n)];
        var (result, map) = c.Text("kind") switch
        {
            "node_drop" => GraphEdit.DropNodes(graph, Numbers("drop")),
            "subgraph" => GraphEdit.Subgraph(graph, Numbers("keep"), c.Flag("self_loops")),
            "edge_perturb" => (GraphEdit.PerturbEdges(graph, Numbers("keep_edges"), c.Optional("add_edges") is { } added ? Pairs(added) : null), null),
            "attr_mask" => (GraphEdit.MaskAttributes(graph, Numbers("mask"), c.Optional("replacement")?.To(Dtype.Float64).ToArray<double>()), (int[]?)null),
            var kind => throw new ArgumentException($"graph_aug has no kind '{kind}'"),
        };
        long[] flat = [.. result.Edges.Select(e => (long)e.Source), .. result.Edges.Select(e => (long)e.Target)];
        var answer = new CaseResult { ["edge_index"] = Tensor.From<long>(flat, [2, result.Edges.Length]), ["x"] = Tensor.From<double>(result.Features, [result.Nodes, result.Width]) };
        if (map is not null)
            answer["node_map"] = Array.ConvertAll(map, i => (long)i);
        return answer;
    }

    static (int, int)[] Pairs(Tensor edges)
    {
        var flat = edges.ToArray<long>();
        return [.. Enumerable.Range(0, flat.Length / 2).Select(i => ((int)flat[i], (int)flat[(flat.Length / 2) + i]))];
    }

    [Golden("gin")]
    static CaseResult Isomorphism(GoldenCase c)
    {
        string[] names = [.. Enumerable.Range(0, c.Integer("layers")).SelectMany(l => new[] { $"w{l}a", $"b{l}a", $"w{l}b", $"b{l}b" })];
        var parameters = new Dictionary<string, Parameter>();
        Linear Layer(int l, char half)
        {
            var linear = new Linear(c.Constant($"w{l}{half}"), c.Constant($"b{l}{half}"));
            (parameters[$"w{l}{half}"], parameters[$"b{l}{half}"]) = (linear.Weight, linear.Bias!);
            return linear;
        }
        var layers = Enumerable.Range(0, c.Integer("layers"))
            .Select(l => new GinLayer(Layer(l, 'a'), Layer(l, 'b'), new BatchNorm(c[$"b{l}b"].Size(0), eps: c.Number("bn_eps", 1e-5)), c.Number("eps", 0)));
        var network = new Gin([.. layers]);
        network.To(dtype: Dtype.Float64);

        var (nodes, graphs) = network.Forward(new Graph(c["x"], c["edge_index"], c["batch"]));
        var loss = (graphs * c.Constant("weights")).Sum();
        var result = new CaseResult { ["nodes"] = nodes, ["graphs"] = graphs, ["loss"] = loss };
        // The weights live in the module, so their gradients are handed over by name; the case lists some of them.
        var gradients = Autograd.Grad([loss], [.. names.Select(name => parameters[name].Value)], retainGraph: true);
        foreach (var name in c.ExpectedGradients.Select(gradient => gradient.Name).Intersect(names))
            result.Gradients[name] = gradients[Array.IndexOf(names, name)]!;
        return result;
    }
}
