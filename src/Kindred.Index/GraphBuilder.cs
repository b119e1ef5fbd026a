using System.Collections.Concurrent;

namespace Kindred.Index;

/// <summary>Puts nodes into a graph, on all processors, with the same result as on one.</summary>
/// <remarks>
/// Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World graphs", arXiv:1603.09320,
/// algorithms 1, 2 and 4.
/// Nodes come in batches. Those of a batch look for neighbours in the graph as it was before, and among one another by comparing all; then their edges are
/// put in from both sides, each list by one thread. So no order of threads shows, unlike with locks.
/// </remarks>
sealed class GraphBuilder(GraphLinks graph, Vectors vectors, Metric metric, int construction, ParallelOptions parallel)
{
    const int SmallestBatch = 64, LargestBatch = 512;

    readonly ConcurrentBag<GraphWalk> walks = [];
    int placed;

    /// <summary>Adds the vectors that the graph does not have yet.</summary>
    internal void Run(IProgress<int>? progress)
    {
        placed = graph.Count;
        graph.Grow(vectors.Count - graph.Count);
        while (placed < graph.Count)
        {
            parallel.CancellationToken.ThrowIfCancellationRequested();
            var size = Math.Min(graph.Count - placed, Math.Clamp(placed / 4, SmallestBatch, LargestBatch));
            Batch(placed, size);
            placed += size;
            progress?.Report(placed);
        }
    }

    void Batch(int first, int size)
    {
        var edges = new List<(int Level, int To, int From)>[size];
        Shared.Out(size, parallel, i => With(walk => edges[i] = Choose(walk, first, first + i)));
        var lists = edges.SelectMany(e => e).GroupBy(e => (e.Level, e.To)).ToArray();
        Shared.Out(lists.Length, parallel, i => With(walk => Join(walk, lists[i].Key.To, lists[i].Key.Level, lists[i].Select(e => e.From))));
        for (var node = first; node < first + size; node++)
            if (graph.Entry < 0 || graph.Level(node) > graph.Level(graph.Entry)) graph.Entry = node;
    }

    void With(Action<GraphWalk> act)
    {
        if (!walks.TryTake(out var walk)) walk = new(graph, vectors, metric);
        act(walk);
        walks.Add(walk);
    }

    // The edges that go out from a new node; those that come back are for Join.
    List<(int Level, int To, int From)> Choose(GraphWalk walk, int first, int node)
    {
        var edges = new List<(int, int, int)>();
        var level = graph.Level(node);
        var query = vectors[node];
        var earlier = new float[node - first];
        for (var i = 0; i < earlier.Length; i++) earlier[i] = walk.Score(query, first + i);
        var top = graph.Entry < 0 ? -1 : graph.Level(graph.Entry);
        var at = graph.Entry < 0 ? -1 : walk.Descend(query, level);
        var none = new Nearest(construction);
        for (; level >= 0; level--)
        {
            ref var near = ref none;
            none.Clear();
            if (level <= top) near = ref walk.Around(query, at, level, construction, equal: construction / 2);
            if (near.Count > 0) at = near.Sorted()[0].Row;
            var equal = 0;
            for (var i = 0; i < earlier.Length; i++)
                if (graph.Level(first + i) >= level && (!walk.Twin(earlier[i]) || equal++ < graph.Links)) near.Offer(first + i, earlier[i]);
            var chosen = Spread(walk, near.Sorted(), graph.Links);
            Write(node, level, chosen);
            foreach (var to in chosen) edges.Add((level, to, node));
        }
        return edges;
    }

    void Join(GraphWalk walk, int node, int level, IEnumerable<int> more)
    {
        int[] all = [.. graph.Writable(node, level)[1..(graph.Writable(node, level)[0] + 1)], .. more];
        if (all.Length > graph.Writable(node, level).Length - 1)
        {
            Neighbour[] sorted = [.. all.Select(n => new Neighbour(n, walk.Score(node, n)))];
            Array.Sort(sorted, Neighbour.NearestFirst);
            all = Spread(walk, sorted, graph.Writable(node, level).Length - 1);
        }
        Write(node, level, all);
    }

    void Write(int node, int level, int[] to)
    {
        var list = graph.Writable(node, level);
        list[0] = to.Length;
        to.CopyTo(list[1..]);
    }

    // Algorithm 4: one that is nearer to another chosen one than to the node itself is left out, since it is reached through that one.
    static int[] Spread(GraphWalk walk, Neighbour[] sorted, int most)
    {
        var chosen = new List<int>(most);
        var equal = 0;
        foreach (var (row, score) in sorted)
        {
            if (chosen.Count == most) break;
            if (walk.Twin(score) && equal++ >= (most + 3) / 4) continue;
            var reached = false;
            foreach (var other in chosen)
            {
                if (walk.Score(row, other) <= score) continue;
                reached = true;
                break;
            }
            if (!reached) chosen.Add(row);
        }
        return [.. chosen];
    }
}
