namespace Kindred.Index.Analysis;

/// <summary>The nearest others of every vector: what maps, duplicates and votes are made of.</summary>
public sealed class NearestGraph
{
    readonly Neighbour[][] lists;

    NearestGraph(Neighbour[][] lists, bool exact) => (this.lists, Exact) = (lists, exact);

    /// <summary>Whether all were looked at; a graph misses a few.</summary>
    public bool Exact { get; }

    /// <summary>How many vectors there are.</summary>
    public int Count => lists.Length;

    /// <summary>The nearest others of a vector, nearest first; itself is not among them.</summary>
    public ReadOnlySpan<Neighbour> this[int row] => lists[row];

    /// <summary>Finds them: exactly below 50,000 vectors, else by the index, or by one that is built for it.</summary>
    /// <param name="vectors">The vectors.</param>
    /// <param name="k">How many others of each.</param>
    /// <param name="metric">What near means; an index says it itself.</param>
    /// <param name="index">An index of these very vectors.</param>
    /// <param name="options">Memory, threads.</param>
    public static NearestGraph Of(Vectors vectors, int k, Metric metric = Metric.Cosine, VectorIndex? index = null, SearchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        options ??= new();
        options = options with { Candidates = Math.Max(options.Candidates, 2 * k) };
        if (index is { Options.Kind: IndexKind.Graph }) return new(Others(index.Search(index.Vectors, k + 1, options), k), exact: false);
        if (vectors.Count < IndexOptions.GraphFrom) return new(Others(ExactSearch.Find(vectors, vectors, k + 1, index?.Metric ?? metric, options), k), exact: true);
        var folder = Directory.CreateTempSubdirectory("kindred-nearest-");
        try
        {
            var file = Path.Combine(folder.FullName, "index");
            VectorIndex.Build(file, new(vectors), new(metric, IndexKind.Graph), options.Threads, cancel: options.Cancel);
            using var built = VectorIndex.Open(file);
            return new(Others(built.Search(built.Vectors, k + 1, options), k), exact: false);
        }
        finally { folder.Delete(recursive: true); }
    }

    // One that has more equals than it asked for is not among its own neighbours: then the last is dropped.
    static Neighbour[][] Others(Neighbour[][] found, int k)
    {
        for (var row = 0; row < found.Length; row++)
        {
            var self = Array.FindIndex(found[row], n => n.Row == row);
            found[row] = self >= 0 ? [.. found[row][..self], .. found[row][(self + 1)..]] : found[row][..Math.Min(k, found[row].Length)];
        }
        return found;
    }
}
