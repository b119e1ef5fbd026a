using Kindred.Index;
using Microsoft.Extensions.VectorData;

namespace Kindred.Extensions.AI;

/// <summary>Where records lie and how they are searched.</summary>
public sealed class KindredCollectionOptions : VectorStoreCollectionOptions
{
    /// <summary>The folder of the collection's files; null keeps the records in memory only.</summary>
    public string? Folder { get; set; }

    /// <summary>So many changes are kept beside the index before it is written anew; 0 waits for <see cref="KindredCollection{TKey, TRecord}.FoldAsync"/>.</summary>
    /// <remarks>Between two writings changes are searched by comparing all of them, so that a search costs more the more there are.</remarks>
    public int FoldAfter { get; set; } = 10_000;

    /// <summary>Threads of a search or of writing the index; 0 for as many as there are processors.</summary>
    public int Threads { get; set; }

    /// <summary>How many candidates a search by graph looks at, from 50,000 records on: more find more, and take longer.</summary>
    public int Candidates { get; set; } = SearchOptions.UsualCandidates;
}
