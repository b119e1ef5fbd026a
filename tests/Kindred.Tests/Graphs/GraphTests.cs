using Kindred.Data.Graphs;
using Kindred.Encoders;
using Kindred.Experiments.Modalities;
using Kindred.Graphs;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Tests.Graphs;

public sealed class GraphTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    static GraphSample Ring(int n)
    {
        (int, int)[] edges = [.. Enumerable.Range(0, n).SelectMany<int, (int, int)>(i => [(i, (i + 1) % n), ((i + 1) % n, i)]).Distinct().Order()];
        return new([.. Enumerable.Range(0, 3 * n).Select(i => (double)i)], 3, edges);
    }

    static readonly Dictionary<string, string> Files = new()
    {
        ["A"] = "1, 2\n2, 1\n2, 3\n3, 2\n5, 6\n6, 5\n",
        ["graph_indicator"] = "1\n1\n1\n2\n3\n3\n",
        ["graph_labels"] = "-1\n1\n1\n",
        ["node_labels"] = "7\n3\n3\n3\n7\n7\n",
    };

    static GraphSet Read(string? file = null, string? text = null) => TuFiles.Read("DS", file is null ? Files : new Dictionary<string, string>(Files) { [file] = text! });

    [Fact]
    public void Files_become_graphs_with_their_own_numbers()
    {
        var set = Read();
        Assert.Equal([3, 1, 2], set.Graphs.Select(g => g.Nodes));
        Assert.Equal([(0, 1), (1, 0), (1, 2), (2, 1)], set.Graphs[0].Edges);
        Assert.Empty(set.Graphs[1].Edges);
        Assert.Equal([0.0, 1, 1, 0, 1, 0], set.Graphs[0].Features);
        Assert.Equal(["-1", "1"], set.Classes);
        Assert.Equal([0, 1, 1], set.Labels!);
    }

    [Theory]
    [InlineData("A", "1, 2\n2, 1\n\n2, x\n", "A.txt, line 4")]
    [InlineData("A", "1, 2\n2, 1\n2,", "A.txt, line 3")]
    [InlineData("A", "1, 2\n2, 1\n1, 9\n", "A.txt, line 3")]
    [InlineData("A", "1, 2\n2, 1\n3, 4\n4, 3\n", "A.txt, line 3")]
    [InlineData("A", "1, 2\n2, 1\n2, 3\n", "A.txt, line 3")]
    [InlineData("graph_indicator", "1\n1\n1\n2\n4\n4\n", "graph_indicator.txt, line 5")]
    [InlineData("graph_indicator", "", "graph_indicator.txt is empty")]
    [InlineData("graph_labels", "1\n1\n", "graph_labels.txt has 2 lines for 3 graphs")]
    [InlineData("node_labels", "1\n1\n", "node_labels.txt has 2 lines for 6 nodes")]
    public void What_is_cut_or_contradicts_itself_is_named_with_file_and_line(string file, string text, string expected)
        => Assert.Contains(expected, Assert.Throws<DataException>(() => Read(file, text)).Message);

    [Fact]
    public void Damaged_files_are_read_or_refused_and_nothing_else()
    {
        var draws = new RandomKey(1, 0, 0, 0).Draws();
        string[] names = [.. Files.Keys];
        for (var i = 0; i < 2000; i++)
        {
            var name = names[draws.Integer(names.Length)];
            var text = Files[name].ToCharArray();
            for (var k = 0; k <= i % 3; k++) text[draws.Integer(text.Length)] = "0123456789-, \nx\0\uFFFD"[draws.Integer(17)];
            try { Assert.All(Read(name, new string(text)[..draws.Integer(text.Length + 1)]).Graphs, g => Assert.True(g.Nodes > 0)); }
            catch (DataException) { }
        }
    }

    public static TheoryData<GraphOperation> Operations =>
        [new DropNodes(0.3), new PerturbEdges(0.3), new MaskAttributes(0.3), new Subgraph(0.6), new OneOf(0.3), new DropNodes(1), new PerturbEdges(1),
        new Subgraph(0)];

    [Theory, MemberData(nameof(Operations))]
    public void An_operation_repeats_with_its_key_and_leaves_an_undirected_graph_of_nodes_that_were_there(GraphOperation operation)
    {
        foreach (var graph in new[] { Ring(1), Ring(2), Ring(10), new GraphSample([1, 2], 1, []) })
        {
            for (var sample = 0; sample < 50; sample++)
            {
                Draws one = new RandomKey(3, 1, sample, 0).Draws(), two = new RandomKey(3, 1, sample, 0).Draws();
                var (a, b) = (operation.Apply(graph, ref one), operation.Apply(graph, ref two));
                Assert.Equal(a.Features, b.Features);
                Assert.Equal(a.Edges, b.Edges);
                Assert.InRange(a.Nodes, 1, graph.Nodes);
                Assert.All(a.Edges, e => Assert.True(e.Source < a.Nodes && e.Target < a.Nodes && a.Edges.Contains((e.Target, e.Source))));
                Assert.Equal(a.Edges.Distinct().Order(), a.Edges);
            }
        }
    }

    [Fact]
    public void A_walk_stops_at_its_component()
    {
        var ring = Ring(6);
        var two = new GraphSample([.. ring.Features, .. ring.Features], 3, [.. ring.Edges, .. ring.Edges.Select(e => (e.Source + 6, e.Target + 6))]);
        var draws = new RandomKey(0, 0, 0, 0).Draws();
        Assert.Equal(6, new Subgraph(0.9).Apply(two, ref draws).Nodes);
    }

    static GraphView Batch(IData data) => (GraphView)data.Plain(100).First().Tensors().Views[0];

    static IData Motif(int count = 12, int batch = 4) =>
        new GraphModality().Open(new($"motifs:{count}", [new("whole", 1, null, []), new("changed", 1, null, [new OneOf(0.2)])], Batch: batch, Seed: 5));

    [Fact]
    public void Graphs_in_a_batch_are_encoded_as_they_are_alone()
    {
        using var data = Motif();
        var network = new Gin(new Gin.Options(8, 2), DataFacts.None);
        network.Eval();
        var view = Batch(data);
        var together = network.Forward(view);
        Assert.Equal([12, network.Dim], together.Shape);
        for (var g = 0; g < 12; g++)
            Assert.True((network.Forward(view.Part(g, 1)).Select(0, 0) - together.Select(0, g)).Abs().Max().Item() < 1e-3);
    }

    [Fact]
    public void Rows_come_in_the_order_asked_for_and_parts_join_to_the_whole()
    {
        using var data = Motif();
        var view = Batch(data);
        var rows = (GraphView)view.Rows(Tensor.From<long>([7L, 2, 7]));
        Assert.Equal(3, rows.Count);
        Assert.Equal(view.Part(2, 1).X.Size(0), rows.Part(1, 1).X.Size(0));
        Assert.Equal(((GraphView)view.Part(7, 1)).Edges.ToArray<long>(), ((GraphView)rows.Part(2, 1)).Edges.ToArray<long>());
        var joined = (GraphView)View.Cat(view.Part(0, 5), view.Part(5, 7));
        Assert.Equal(view.Owner.ToArray<long>(), joined.Owner.ToArray<long>());
        Assert.Equal(12, joined.Count);
    }

    [Fact]
    public void An_epoch_that_begins_in_its_middle_has_the_same_views()
    {
        using IData one = Motif(), two = Motif();
        var whole = one.Batches(3, 0, null, default).Skip(1).Select(b => Sum(b.Tensors())).ToArray();
        Assert.Equal(whole, two.Batches(3, 1, null, default).Select(b => Sum(b.Tensors())));

        static string Sum(Batch batch) => string.Join(';', batch.Views.Select(v => string.Join(',', ((GraphView)v).Edges.ToArray<long>()) + v.X.Sum().Item()));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_GCN_is_its_dense_formula(bool norm)
    {
        using var data = Motif();
        var graph = Batch(data).Graph;
        Kindred.Nn.Initialization.Begin(3).Dispose();
        var network = new Gcn(new Gcn.Options(8, 2, norm), DataFacts.None);
        foreach (var (path, parameter) in network.NamedParameters().Where(p => p.Path.EndsWith("bias", StringComparison.Ordinal)))
            parameter.Set(Tensor.Randn(parameter.Value.Shape, Generator.Default, Dtype.Float32));
        network.Eval();
        var (states, read) = network.Forward(graph);

        var n = graph.Count;
        var adjacency = Tensor.Eye(n, Dtype.Float64);
        long[] ends = graph.Edges.ToArray<long>();
        for (var e = 0; e < ends.Length / 2; e++) adjacency.Select(0, ends[(ends.Length / 2) + e]).Select(0, ends[e]).Fill_(1);
        var root = adjacency.Sum([1]).Rsqrt();
        var mix = root.Unsqueeze(1) * adjacency * root.Unsqueeze(0);
        var h = graph.Nodes.To(Dtype.Float64);
        var weights = network.NamedParameters().ToDictionary(p => p.Path, p => p.Parameter.Value.To(Dtype.Float64));
        List<Tensor> sums = [];
        for (var layer = 0; layer < 2; layer++)
        {
            h = (mix.Matmul(h).Matmul(weights[$"layers.{layer}.linear.weight"].T()) + weights[$"layers.{layer}.bias"]).Relu();
            // A fresh norm in evaluation mode has mean 0 and variance 1.
            if (norm) h = h / Math.Sqrt(1 + 1e-5) * weights[$"layers.{layer}.norm.weight"] + weights[$"layers.{layer}.norm.bias"];
            sums.Add(Tensor.Zeros([graph.Graphs, 8], Dtype.Float64).IndexAdd(0, graph.Owner!, h));
        }
        Assert.True((states.To(Dtype.Float64) - h).Abs().Max().Item() < 1e-4);
        Assert.True((read.To(Dtype.Float64) - Tensor.Cat([.. sums], 1)).Abs().Max().Item() < 1e-3);
        Assert.Equal(16, network.Dim);
    }

    [Theory, InlineData("run"), InlineData("scratch")]
    public void A_network_of_graphs_is_tuned_by_few_labels_and_is_put_back(string from)
    {
        var recipe = Kindred.Experiments.Recipes.Recipe.Parse("method: graphcl\ndata: \"motifs:60?split=train\"\nencoder: { name: gcn, width: 4, depth: 1 }\n"
            + "views: [{ name: whole }, { name: changed, of: [drop] }]\ntrain: { epochs: 1, batch: 8, precision: fp32 }", "made", binder: Kindred.Experiments.Recipes.Parts.Binder);
        using var experiment = Kindred.Experiments.Recipes.Experiment.Build(recipe.First);
        var before = experiment.Method.NamedParameters().ToDictionary(p => p.Path, p => p.Parameter.Value.ToArray<float>());
        var options = Kindred.Experiments.Recipes.RecipeReader.ReadMap($"{{ labels: 0.2, epochs: 2, batch: 4, optimizer: adamw, from: {from} }}", "made");
        var report = Kindred.Experiments.Runs.Evaluations.Run(experiment, new("fine-tune", Options: options));
        Assert.InRange(report.Metrics["accuracy"], 0, 100);
        Assert.Equal(10, report.Settings["labelled"]!.GetValue<int>());
        Assert.All(experiment.Method.NamedParameters(), p => Assert.Equal(before[p.Path], p.Parameter.Value.ToArray<float>()));
    }
}
