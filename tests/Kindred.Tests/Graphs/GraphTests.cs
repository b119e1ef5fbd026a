using Kindred.Encoders;
using Kindred.Graphs;
using Kindred.Torch;

namespace Kindred.Tests.Graphs;

public sealed class GraphTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    static Graph Ring(int n, int seed = 1)
    {
        using var generator = new Generator(seed);
        long[] from = [.. Enumerable.Range(0, 2 * n).Select(i => (long)(i % n))];
        long[] to = [.. Enumerable.Range(0, 2 * n).Select(i => (long)(i < n ? (i + 1) % n : (i % n + n - 1) % n))];
        return new(Tensor.Randn([n, 3], generator), Tensor.From<long>([.. from, .. to], [2, 2 * n]));
    }

    [Fact]
    public void Dropping_a_node_takes_its_edges_and_renumbers_the_rest()
    {
        var (rest, map) = GraphAugmentation.DropNodes(Ring(5), [2]);
        Assert.Equal([0, 1, 3, 4], map);
        Assert.Equal([0, 0, 1, 2, 3, 3, 1, 3, 0, 3, 0, 2], rest.Edges.ToArray<long>());
        Assert.Throws<ArgumentException>(() => GraphAugmentation.DropNodes(Ring(3), [0, 1, 2]));
    }

    [Fact]
    public void Masked_nodes_get_the_mean_and_the_others_keep_theirs()
    {
        var graph = Ring(6);
        var masked = GraphAugmentation.MaskAttributes(graph, [4]);
        Assert.True((masked.Nodes.Select(0, 4) - graph.Nodes.Mean(0)).Abs().Max().Item() < 1e-6);
        Assert.Equal(graph.Nodes.Narrow(0, 0, 4).ToArray<float>(), masked.Nodes.Narrow(0, 0, 4).ToArray<float>());
    }

    [Fact]
    public void Picks_repeat_with_their_seed_and_never_empty_a_graph()
    {
        var graph = Ring(10);
        var (one, two) = (new GraphPicks(new Random(4)), new GraphPicks(new Random(4)));
        Assert.Equal(one.Nodes(graph, 0.3), two.Nodes(graph, 0.3));
        Assert.Equal(9, new GraphPicks(new Random(1)).Nodes(graph, 1).Length);
        var (keep, added) = one.Edges(graph, 0.2);
        Assert.Equal((16, 4), (keep.Length, added!.Size(1)));
        Assert.Single(one.Walk(Ring(1), 0.1));
    }

    [Fact]
    public void A_walk_stays_connected_and_stops_at_its_component()
    {
        var graph = Graph.Batch(Ring(6), Ring(6)) with { Owner = null };
        var walk = new GraphPicks(new Random(2)).Walk(graph, 0.9);
        Assert.Equal(6, walk.Length);
        Assert.Single(walk.Select(node => node / 6).Distinct());
        Assert.Equal(4, new GraphPicks(new Random(2)).Walk(Ring(8), 0.5).Distinct().Count());
    }

    [Fact]
    public void Representations_do_not_depend_on_the_numbering_or_the_company()
    {
        var network = new Gin(3, 8, 2);
        network.Eval();
        var graph = Ring(7);
        long[] order = [3, 1, 6, 0, 5, 2, 4];
        var place = order.Select((old, now) => (old, now)).ToDictionary(pair => pair.old, pair => (long)pair.now);
        var renamed = new Graph(graph.Nodes.IndexSelect(0, Tensor.From(order)), Tensor.From<long>([.. graph.Edges.ToArray<long>().Select(node => place[node])], [2, 14]));

        var alone = network.Forward(graph).Graphs;
        Assert.Equal(network.Dim, alone.Size(1));
        Assert.True((network.Forward(renamed).Graphs - alone).Abs().Max().Item() < 1e-4);
        var together = network.Forward(Graph.Batch(Ring(4, 9), graph, Ring(5, 8))).Graphs;
        Assert.Equal(3, together.Size(0));
        Assert.True((together.Select(0, 1) - alone.Select(0, 0)).Abs().Max().Item() < 1e-4);
    }
}
