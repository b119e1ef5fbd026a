using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Kindred.Index;

/// <summary>Walks a graph towards a query: one thread's memory of what it has seen.</summary>
/// <param name="graph">The graph.</param>
/// <param name="vectors">What its nodes are.</param>
/// <param name="metric">How near is meant.</param>
/// <param name="codes">The same in fewer bytes, for a search; none while a graph is built.</param>
sealed class GraphWalk(GraphLinks graph, Vectors vectors, Metric metric, RowCodes? codes = null)
{
    readonly PriorityQueue<int, float> frontier = new();
    readonly List<int> fresh = [], touched = [];
    ulong[] seen = [];                                                       // a bit a node: few enough bytes to stay near the processor
    (short[] Values, float Scale, float Square) coded;
    Nearest best;
    int held, twins, mostTwins;

    /// <summary>How many vectors were compared with a query so far: what a search costs.</summary>
    internal long Compared { get; private set; }

    /// <summary>How near; unit vectors for the cosine.</summary>
    internal float Score(ReadOnlySpan<float> query, int node) => Score(metric, query, vectors[node]);

    internal float Score(int a, int b) => Score(metric, vectors[a], vectors[b]);

    static float Score(Metric metric, ReadOnlySpan<float> a, ReadOnlySpan<float> b) => metric == Metric.Euclidean ? -TensorPrimitives.Distance(a, b)
        : TensorPrimitives.Dot(a, b);

    float Near(ReadOnlySpan<float> query, int node) => codes is null ? Score(query, node) : codes.Score(metric, coded, node);

    /// <summary>The nodes that are nearest to a query, as far as codes tell.</summary>
    /// <param name="query">What they are to be near to.</param>
    /// <param name="candidates">How many are kept in view.</param>
    /// <param name="filter">Which may be found.</param>
    internal ref Nearest Search(ReadOnlySpan<float> query, int candidates, Func<int, bool>? filter)
    {
        if (codes is not null) coded = codes.Query(query);
        return ref Around(query, Descend(query, 0), 0, candidates, filter);
    }

    /// <summary>Whether a score is that of equal vectors. They take part of a list only, lest many copies of one vector know nobody but one another.</summary>
    internal bool Twin(float score) => metric switch { Metric.Cosine => score >= 1 - 1e-6f, Metric.Euclidean => score >= 0, _ => false };

    /// <summary>The node of the levels above <paramref name="down"/> that is nearest, as far as steps towards the query lead.</summary>
    internal int Descend(ReadOnlySpan<float> query, int down)
    {
        var at = graph.Entry;
        var score = Near(query, at);
        for (var level = graph.Level(at); level > down; level--)
        {
            for (var moved = true; moved;)
            {
                moved = false;
                foreach (var next in graph.Of(at, level))
                {
                    if (graph.Wrong(next)) throw graph.Damaged();
                    var there = Near(query, next);
                    if (there <= score) continue;
                    (at, score, moved) = (next, there, true);
                }
            }
        }
        return at;
    }

    /// <summary>The nearest nodes of a level that are found from one of them.</summary>
    /// <param name="query">What they are to be near to.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="level">The level.</param>
    /// <param name="candidates">How many are kept in view.</param>
    /// <param name="filter">Which may be found; the others are passed through.</param>
    /// <param name="equal">How many vectors that equal the query are found at most.</param>
    internal ref Nearest Around(ReadOnlySpan<float> query, int start, int level, int candidates, Func<int, bool>? filter = null, int equal = int.MaxValue)
    {
        (twins, mostTwins) = (0, equal);
        if (seen.Length < (graph.Count + 63) / 64) seen = new ulong[(graph.Count + 63) / 64];
        foreach (var node in touched) seen[node >> 6] = 0;
        touched.Clear();
        if (held != candidates) (best, held) = (new(candidates), candidates);
        best.Clear();
        frontier.Clear();
        First(start);
        Visit(query, start, level, filter);
        while (frontier.TryDequeue(out var node, out var minus))
        {
            if (-minus < best.Worst) break;
            // First all are asked for, then looked at: a vector lies anywhere, and memory answers several questions at once.
            fresh.Clear();
            foreach (var next in graph.Of(node, level))
            {
                if (graph.Wrong(next)) throw graph.Damaged();
                if (!First(next)) continue;
                fresh.Add(next);
                Fetch(codes is null ? MemoryMarshal.AsBytes(vectors[next]) : codes[next]);
            }
            foreach (var next in fresh) Visit(query, next, level, filter);
        }
        return ref best;
    }

    bool First(int node)
    {
        ref var word = ref seen[node >> 6];
        var bit = 1UL << node;
        if ((word & bit) != 0) return false;
        word |= bit;
        touched.Add(node);
        return true;
    }

    /// <summary>Asks memory for bytes that will be wanted soon.</summary>
    internal static unsafe void Fetch(ReadOnlySpan<byte> bytes)
    {
        const int line = 64, most = 512;
        if (!Sse.IsSupported) return;
        fixed (byte* start = bytes)
            for (var at = 0; at < Math.Min(most, bytes.Length); at += line) Sse.Prefetch0(start + at);
    }

    void Visit(ReadOnlySpan<float> query, int node, int level, Func<int, bool>? filter)
    {
        Compared++;
        var score = Near(query, node);
        if (score < best.Worst || (Twin(score) && twins++ >= mostTwins)) return;
        frontier.Enqueue(node, -score);
        if (codes is not null) Fetch(MemoryMarshal.AsBytes(graph.Of(node, level)));    // likely to be gone on from
        if (filter?.Invoke(node) != false) best.Offer(node, score);
    }
}
