using Kindred.Torch;

namespace Kindred.Graphs;

/// <summary>One view of every graph of a batch: their nodes below one another, and the edges between them.</summary>
/// <param name="nodes">Features, `[N, F]`.</param>
/// <param name="edges">Source row, target row, int64 `[2, E]`.</param>
/// <param name="owner">Which graph each node belongs to, ascending, int64 `[N]`.</param>
/// <param name="count">How many graphs there are.</param>
/// <param name="name">The group and number of the view.</param>
public sealed class GraphView(Tensor nodes, Tensor edges, Tensor owner, long count, string name) : View(nodes, name)
{
    /// <summary>Source row, target row, int64 `[2, E]`.</summary>
    public Tensor Edges { get; } = edges;

    /// <summary>Which graph each node belongs to, ascending, int64 `[N]`.</summary>
    public Tensor Owner { get; } = owner;

    /// <inheritdoc/>
    public override SampleKinds Kind => SampleKinds.Graphs;

    /// <inheritdoc/>
    public override long Count { get; } = count;

    /// <summary>The graphs side by side.</summary>
    public Graph Graph => new(X, Edges, Owner) { Graphs = Count };

    /// <inheritdoc/>
    public override string Shape => $"graph of {X.Size(1)} features";

    /// <summary>The same graphs with other node features.</summary>
    public override View With(Tensor x) => new GraphView(x, Edges, Owner, Count, Name);

    /// <inheritdoc/>
    public override View To(Device device) => new GraphView(X.To(device), Edges.To(device), Owner.To(device), Count, Name);

    /// <inheritdoc/>
    public override View Part(long first, long count) => Rows(Tensor.From<long>([.. Enumerable.Range(0, checked((int)count)).Select(i => first + i)]));

    /// <inheritdoc/>
    public override View Rows(Tensor index)
    {
        ArgumentNullException.ThrowIfNull(index);
        long[] wanted = index.ToArray<long>(), owner = Owner.ToArray<long>(), edges = Edges.ToArray<long>();
        var nodes = Enumerable.Range(0, owner.Length).ToLookup(i => owner[i]);
        var links = Enumerable.Range(0, edges.Length / 2).ToLookup(e => owner[edges[e]]);
        var place = new long[owner.Length];
        List<long> rows = [], owners = [], sources = [], targets = [];
        for (var g = 0; g < wanted.Length; g++)
        {
            foreach (var node in nodes[wanted[g]])
            {
                place[node] = rows.Count;
                rows.Add(node);
                owners.Add(g);
            }
            foreach (var e in links[wanted[g]])
            {
                sources.Add(place[edges[e]]);
                targets.Add(place[edges[(edges.Length / 2) + e]]);
            }
        }
        return new GraphView(X.IndexSelect(0, Tensor.From<long>([.. rows]).To(X.Device)), Tensor.From<long>([.. sources, .. targets], [2, sources.Count]).To(X.Device),
            Tensor.From<long>([.. owners]).To(X.Device), wanted.Length, Name);
    }

    /// <inheritdoc/>
    protected override View Join(IReadOnlyList<View> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        GraphView[] all = [this, .. others.Cast<GraphView>()];
        List<Tensor> edges = [], owners = [];
        long rows = 0, graphs = 0;
        foreach (var view in all)
        {
            edges.Add(view.Edges + rows);
            owners.Add(view.Owner + graphs);
            rows += view.X.Size(0);
            graphs += view.Count;
        }
        return new GraphView(Tensor.Cat([.. all.Select(v => v.X)]), Tensor.Cat([.. edges], 1), Tensor.Cat([.. owners]), graphs, Name);
    }
}
