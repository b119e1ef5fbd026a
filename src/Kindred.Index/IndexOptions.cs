using System.ComponentModel.DataAnnotations;

namespace Kindred.Index;

/// <summary>How an index finds what is near.</summary>
public enum IndexKind
{
    /// <summary>By a graph from 50,000 vectors on, by looking at all below.</summary>
    Auto,

    /// <summary>By looking at all vectors: always right, and fast enough for tens of thousands.</summary>
    Exact,

    /// <summary>By a graph of neighbours (HNSW): misses a few, and is tens to thousands of times faster.</summary>
    Graph,
}

/// <summary>How an index is built.</summary>
/// <param name="Metric">What near means.</param>
/// <param name="Kind">How it is searched.</param>
/// <param name="Links">Edges of a node of the graph; more find more and take more memory. 16 suits most, 32 to 48 wide vectors of little structure.</param>
/// <param name="Construction">Candidates that are looked at for each new node.</param>
/// <param name="Seed">What the graph's levels are drawn from: the same vectors and seed give the same file.</param>
public sealed record IndexOptions(Metric Metric = Metric.Cosine, IndexKind Kind = IndexKind.Auto, [property: Range(2, 128)] int Links = 16,
    [property: Range(4, 10_000)] int Construction = 128, ulong Seed = 0)
{
    /// <summary>From so many vectors on, <see cref="IndexKind.Auto"/> means a graph.</summary>
    public const int GraphFrom = 50_000;

    internal void Check()
    {
        if (Links is < 2 or > 128) throw new ConfigurationException($"{Links} links a node; expected are 2 to 128.");
        if (Construction is < 4 or > 10_000) throw new ConfigurationException($"{Construction} candidates a node; expected are 4 to 10000.");
    }

    internal bool WantsGraph(int count) => Kind == IndexKind.Graph || (Kind == IndexKind.Auto && count >= GraphFrom);
}
