using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Kindred.Io;

namespace Kindred.Index;

/// <summary>Vectors with their names in one mapped file that finds the nearest of them: exactly, or by a graph.</summary>
/// <remarks>
/// The file is a safetensors file: <c>embeddings</c> (unit vectors, where the metric is the cosine), <c>names</c>, <c>labels</c>, and the graph. It opens at
/// once whatever
/// its size. Searching may be done from several threads.
/// </remarks>
/// <example><code>
/// VectorIndex.Build("photos.index", new(Vectors.Open("photos.npy")));
/// using var index = VectorIndex.Open("photos.index");
/// foreach (var near in index.Search(query, k: 10)) Console.WriteLine($"{index.Names[near.Row]} {near.Score}");
/// </code></example>
public sealed class VectorIndex : IDisposable
{
    readonly IndexFile file;
    readonly System.Collections.Concurrent.ConcurrentBag<GraphWalk> walks = [];

    VectorIndex(IndexFile file) => this.file = file;

    /// <summary>The file.</summary>
    public string Path => file.Path;

    /// <summary>The vectors; of unit length, where the metric is the cosine.</summary>
    public Vectors Vectors => file.Vectors;

    /// <summary>How many there are.</summary>
    public int Count => file.Vectors.Count;

    /// <summary>Numbers in each.</summary>
    public int Dimension => file.Vectors.Dimension;

    /// <summary>What near means.</summary>
    public Metric Metric => file.Options.Metric;

    /// <summary>How it was built; its kind is never <see cref="IndexKind.Auto"/>.</summary>
    public IndexOptions Options => file.Options;

    /// <summary>The vectors' names.</summary>
    public IReadOnlyList<string> Names => file.Names;

    /// <summary>The vectors' labels, null for none; null where there are no labels at all.</summary>
    public IReadOnlyList<string?>? Labels => file.Labels;

    /// <summary>Where the vectors come from, as it was given when the index was built.</summary>
    public string? Source => file.Source;

    /// <summary>How many vectors the searches by graph have looked at so far.</summary>
    internal long Compared => walks.Sum(w => w.Compared);

    /// <summary>Opens an index.</summary>
    /// <exception cref="DataException">It is missing, cut short, damaged or no index.</exception>
    public static VectorIndex Open(string path) => new(IndexFile.Open(path));

    /// <summary>Whether a file says of itself that it is an index.</summary>
    public static bool Recognises(string path) => IndexFile.Recognises(path);

    /// <summary>Builds an index and writes it in one act.</summary>
    /// <param name="path">The file, replaced if it is there.</param>
    /// <param name="content">What goes into it.</param>
    /// <param name="options">How it is searched.</param>
    /// <param name="threads">Threads; 0 for one a processor. The file is the same.</param>
    /// <param name="progress">Is told how many vectors are in the graph.</param>
    /// <param name="cancel">Stops; nothing is left behind.</param>
    /// <exception cref="DataException">There are no vectors, one is not finite, or names and vectors differ in number.</exception>
    /// <exception cref="EnvironmentException">The file cannot be written.</exception>
    public static void Build(string path, IndexContent content, IndexOptions? options = null, int threads = 0, IProgress<int>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        options ??= new();
        options.Check();
        content.Check();
        IndexFile.Write(path, null, content, options with { Kind = options.WantsGraph(content.Vectors.Count) ? IndexKind.Graph : IndexKind.Exact }, threads,
            progress, cancel);
    }

    /// <summary>Puts further vectors behind those of this index, into the same file or another; this one stays as it is open.</summary>
    /// <remarks>An index that was built to decide for itself and grows past 50,000 vectors stays as it was built.</remarks>
    /// <param name="path">The file; that of this index is replaced in one act.</param>
    /// <param name="content">What is added, of the same dimension.</param>
    /// <param name="threads">Threads; 0 for one a processor.</param>
    /// <param name="progress">Is told how many vectors are in the graph.</param>
    /// <param name="cancel">Stops; nothing is left behind.</param>
    /// <exception cref="DataException">Another dimension, or a vector that is not finite.</exception>
    public void Add(string path, IndexContent content, int threads = 0, IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        content.Check();
        content.Vectors.RequireDimension(Dimension, Path);
        IndexFile.Write(path, file, content, Options, threads, progress, cancel);
    }

    /// <summary>Finds the k nearest of one query.</summary>
    /// <param name="query">As long as the vectors; its length does not matter to the cosine.</param>
    /// <param name="k">How many, at least 1.</param>
    /// <param name="options">Candidates, filter.</param>
    /// <returns>Nearest first.</returns>
    /// <exception cref="DataException">The query has another dimension, or is not finite.</exception>
    public Neighbour[] Search(ReadOnlyMemory<float> query, int k, SearchOptions? options = null)
    {
        if (query.Length != Dimension) throw new DataException($"a query of {query.Length} numbers; {Path} holds vectors of {Dimension}.");
        return Search(Vectors.Of(query, Dimension), k, options)[0];
    }

    /// <summary>Finds the k nearest of many queries at once, on all processors.</summary>
    /// <param name="queries">As long as the vectors.</param>
    /// <param name="k">How many, at least 1.</param>
    /// <param name="options">Candidates, filter, threads.</param>
    /// <param name="exact">Looks at all vectors, although there is a graph.</param>
    /// <returns>For each query its neighbours, nearest first.</returns>
    /// <exception cref="DataException">The queries have another dimension, or one is not finite.</exception>
    public Neighbour[][] Search(Vectors queries, int k, SearchOptions? options = null, bool exact = false)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        queries.RequireDimension(Dimension, Path);
        options ??= new();
        if (file.Graph is not { } graph || exact || Selective(options)) return ExactSearch.Find(Vectors, Prepared(queries), k, Raw, options);
        var found = new Neighbour[queries.Count][];
        Shared.Out(queries.Count, options.Parallel, i => found[i] = Walk(graph, Unit(queries[i], queries, i), k, options));
        return found;
    }

    // A graph is of no use where hardly anything may be found: one would walk through all of it.
    bool Selective(SearchOptions options)
    {
        if (options.Filter is not { } filter) return false;
        var allowed = 0;
        for (var i = 0; i < Count; i++)
            if (filter(i)) allowed++;
        return allowed < Count / 10;
    }

    Neighbour[] Walk(GraphLinks graph, float[] query, int k, SearchOptions options)
    {
        if (!walks.TryTake(out var walk)) walk = new(graph, Vectors, Metric, file.Codes);
        ref var near = ref walk.Search(query, Math.Max(k, options.Candidates), options.Filter);
        Neighbour[] likely = near.Sorted();
        if (file.Codes is not null)
        {
            // Codes may have changed the order of what is nearly as near, so that some more than k are looked at again.
            likely = likely[..Math.Min(likely.Length, (2 * k) + 16)];
            foreach (var n in likely) GraphWalk.Fetch(MemoryMarshal.AsBytes(Vectors[n.Row]));
        }
        // Scored as an exact search scores, to the last bit.
        Neighbour[] found = Array.ConvertAll(likely, n => n with { Score = Metric == Metric.Euclidean
            ? -MathF.Sqrt(Tile.Sum<Differences>(query, Vectors[n.Row])) : Tile.Sum<Products>(query, Vectors[n.Row]) });
        walks.Add(walk);
        Array.Sort(found, Neighbour.NearestFirst);
        return found.Length > k ? found[..k] : found;
    }

    // Between unit vectors the cosine is the dot product.
    Metric Raw => Metric == Metric.Cosine ? Metric.Dot : Metric;

    Vectors Prepared(Vectors queries)
    {
        if (Metric != Metric.Cosine) return queries;
        var unit = new float[(long)queries.Count * Dimension];
        for (var i = 0; i < queries.Count; i++) Unit(queries[i], queries, i).CopyTo(unit.AsSpan(i * Dimension));
        return Vectors.Of(unit, Dimension);
    }

    float[] Unit(ReadOnlySpan<float> vector, Vectors from, int index)
    {
        var unit = vector.ToArray();
        IndexFile.Scale(unit, Metric, from, index);
        return unit;
    }

    /// <summary>Reads every byte and compares it with the hash that was kept.</summary>
    /// <exception cref="DataException">Something has changed since it was written.</exception>
    public void Verify() => file.Verify();

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();
}
