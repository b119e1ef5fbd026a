using System.Numerics.Tensors;

namespace Kindred.Index;

/// <summary>How a search is done.</summary>
public sealed record SearchOptions
{
    /// <summary>Bytes for the buffers of an exact search: they are filled again and again, however many vectors there are.</summary>
    public long Memory { get; init; } = 128 << 20;

    /// <summary>Threads; 0 for <c>KINDRED_THREADS</c> or one a processor. The result is the same.</summary>
    public int Threads { get; init; }

    /// <summary>Which rows may be found; null for all. Called from several threads.</summary>
    public Func<int, bool>? Filter { get; init; }

    /// <summary>Of a million vectors these find more than 95 of 100 neighbours.</summary>
    public const int UsualCandidates = 96;

    /// <summary>An approximate search looks at so many candidates: more find more, and take longer.</summary>
    public int Candidates { get; init; } = UsualCandidates;

    /// <summary>Stops between blocks.</summary>
    public CancellationToken Cancel { get; init; }

    internal ParallelOptions Parallel => new() { MaxDegreeOfParallelism = ThreadCount, CancellationToken = Cancel };

    /// <summary>The threads that it will take.</summary>
    public int ThreadCount => Threads > 0 ? Threads : Variables.Threads;
}

/// <summary>The nearest vectors by looking at all of them, block after block: exact, in bounded memory, on all processors.</summary>
/// <remarks>The scores and their order do not depend on <see cref="SearchOptions.Memory"/> or <see cref="SearchOptions.Threads"/>.</remarks>
/// <example><code>
/// using var vectors = Vectors.Open("photos.npy");
/// Neighbour[][] nearest = ExactSearch.Find(vectors, queries: vectors, k: 10);
/// </code></example>
public static class ExactSearch
{
    // So many queries stay in the second-level cache while rows stream past.
    const int QueryChunk = 96;

    /// <summary>Finds the k nearest of each query.</summary>
    /// <param name="vectors">Among these.</param>
    /// <param name="queries">Vectors of the same dimension.</param>
    /// <param name="k">How many, at least 1; fewer come back where there are no more.</param>
    /// <param name="metric">What near means.</param>
    /// <param name="options">Memory, threads, filter.</param>
    /// <returns>For each query its neighbours, nearest first.</returns>
    /// <exception cref="DataException">The dimensions differ, or a vector is not finite.</exception>
    public static Neighbour[][] Find(Vectors vectors, Vectors queries, int k, Metric metric = Metric.Cosine, SearchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        queries.RequireDimension(vectors.Dimension, vectors.Description);
        options ??= new();
        var result = new Neighbour[queries.Count][];
        k = Math.Min(k, vectors.Count);
        // Half of the memory for queries with what was found for them, half for rows.
        var perQuery = (Tile.Stride(queries.Dimension) * sizeof(float)) + (k * 8L) + 64;
        var atOnce = (int)Math.Clamp(options.Memory / 2 / perQuery, QueryChunk, Math.Max(QueryChunk, queries.Count));
        for (var first = 0; first < queries.Count; first += atOnce)
        {
            using var pass = new Pass(vectors, queries, first, Math.Min(atOnce, queries.Count - first), k, metric, options);
            pass.Run(result);
        }
        return result;
    }

    /// <summary>Some queries against all rows.</summary>
    sealed unsafe class Pass : IDisposable
    {
        readonly Vectors vectors;
        readonly Metric metric;
        readonly SearchOptions options;
        readonly PaddedRows queries, rows;
        readonly float[] scale;                       // of each row of a block: one divided by its length
        readonly Nearest[][] found;                   // [part][query]
        readonly int first, chunks, k;

        internal Pass(Vectors vectors, Vectors queries, int first, int count, int k, Metric metric, SearchOptions options)
        {
            (this.vectors, this.metric, this.options, this.first, this.k) = (vectors, metric, options, first, k);
            this.queries = new(count, queries.Dimension);
            var perBlock = (int)Math.Clamp(options.Memory / 2 / (Tile.Stride(vectors.Dimension) * sizeof(float)), 12, Math.Min(vectors.Count + 11, 1 << 16));
            rows = new(perBlock / 12 * 12, vectors.Dimension);
            scale = new float[(perBlock / 12 * 12) + 12];
            this.queries.Fill(queries, first, count);
            for (var i = 0; i < count; i++)
            {
                var norm = this.queries.Norm(i, queries, first);
                if (metric == Metric.Cosine && norm > 0) TensorPrimitives.Divide(this.queries[i], norm, this.queries[i]);
            }
            chunks = (count + QueryChunk - 1) / QueryChunk;
            // Where the queries are too few for all threads, the rows of a block are shared out as well.
            var parts = Math.Max(1, (options.ThreadCount + chunks - 1) / chunks);
            found = [.. Enumerable.Range(0, parts).Select(_ => Enumerable.Range(0, count).Select(_ => new Nearest(k)).ToArray())];
        }

        internal void Run(Neighbour[][] result)
        {
            var perBlock = scale.Length - 12;
            for (var at = 0; at < vectors.Count; at += perBlock)
            {
                options.Cancel.ThrowIfCancellationRequested();
                rows.Fill(vectors, at, Math.Min(perBlock, vectors.Count - at));
                for (var i = 0; i < rows.Count; i++)
                {
                    var norm = rows.Norm(i, vectors, at);
                    scale[i] = metric != Metric.Cosine ? 1 : norm > 0 ? 1 / norm : 0;
                }
                var block = at;
                Shared.Out(chunks * found.Length, options.Parallel, item => Look(item / found.Length, item % found.Length, block));
            }
            for (var q = 0; q < queries.Count; q++) result[first + q] = Merged(q);
        }

        void Look(int chunk, int part, int block)
        {
            var tiles = (rows.Count + Tile.Rows - 1) / Tile.Rows;
            int from = (int)((long)tiles * part / found.Length) * Tile.Rows, to = (int)((long)tiles * (part + 1) / found.Length) * Tile.Rows;
            int begin = chunk * QueryChunk, end = Math.Min(queries.Count, begin + QueryChunk);
            if (metric == Metric.Euclidean) Look<Differences>(found[part], begin, end, from, Math.Min(to, rows.Count), block);
            else Look<Products>(found[part], begin, end, from, Math.Min(to, rows.Count), block);
        }

        void Look<T>(Nearest[] best, int begin, int end, int from, int to, int block) where T : ISummand
        {
            var sums = stackalloc float[Tile.Queries * Tile.Rows];
            var distance = typeof(T) == typeof(Differences);
            var stride = rows.Stride;
            for (var row = from; row < to; row += Tile.Rows)
            {
                var here = Math.Min(Tile.Rows, to - row);
                for (var query = begin; query < end; query += Tile.Queries)
                {
                    Tile.Sums<T>(queries.Start + ((long)query * stride), rows.Start + ((long)row * stride), stride, sums);
                    for (var q = 0; q < Math.Min(Tile.Queries, end - query); q++)
                    {
                        ref var nearest = ref best[query + q];
                        for (var r = 0; r < here; r++)
                        {
                            var score = distance ? -MathF.Sqrt(sums[(q * Tile.Rows) + r]) : sums[(q * Tile.Rows) + r] * scale[row + r];
                            if (score > nearest.Worst && options.Filter?.Invoke(block + row + r) != false) nearest.Offer(block + row + r, score);
                        }
                    }
                }
            }
        }

        Neighbour[] Merged(int query)
        {
            if (found is [var only]) return only[query].Sorted();
            Neighbour[] all = [.. found.SelectMany(part => part[query].Sorted())];
            Array.Sort(all, Neighbour.NearestFirst);
            return all.Length > k ? all[..k] : all;
        }

        public void Dispose()
        {
            queries.Dispose();
            rows.Dispose();
        }
    }
}
