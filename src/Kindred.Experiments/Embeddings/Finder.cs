using Kindred.Data.Audit;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Index;
using Kindred.Torch;

namespace Kindred.Experiments.Embeddings;

/// <summary>One thing that was found.</summary>
/// <param name="Rank">1 for the nearest.</param>
/// <param name="Name">Its name.</param>
/// <param name="Score">Cosine, dot product, or minus the distance.</param>
/// <param name="Label">Its label, if it has one.</param>
/// <param name="Row">Its number among the vectors.</param>
public sealed record Found(int Rank, string Name, float Score, string? Label, int Row);

/// <summary>What was found for one query.</summary>
/// <param name="Query">What it is called.</param>
/// <param name="Neighbours">Nearest first.</param>
public sealed record Answer(string Query, IReadOnlyList<Found> Neighbours)
{
    internal NeighbourSheet.Shown? Shown { get; init; }
}

/// <summary>Finds what is like a picture, a sentence, a sound: among the data of a run, or in an index.</summary>
/// <example><code>
/// using var finder = Finder.Open("runs/photos", "folder:photos");
/// foreach (var found in finder.Find("cat.jpg", k: 5)[0].Neighbours) Console.WriteLine($"{found.Score:0.000} {found.Name}");
/// </code></example>
public sealed class Finder : IDisposable
{
    readonly Lazy<Embedder> embedder;
    readonly EmbeddingOptions options;
    readonly string? data;
    readonly List<IDisposable> open = [];

    Finder(Collection collection, Lazy<Embedder> embedder, EmbeddingOptions options, string? data) =>
        (Among, this.embedder, this.options, this.data) = (collection, embedder, options, data);

    /// <summary>What is searched.</summary>
    public Collection Among { get; }

    /// <summary>Opens a run with data, an index, or a file of vectors.</summary>
    /// <param name="where">A run's folder, an index, or a file that <c>embed</c> wrote.</param>
    /// <param name="data">The data to search, for a run; for an index where the pictures lie that it shows, if not where they were.</param>
    /// <param name="layer">h, z or both, of a run; an index says its own.</param>
    /// <param name="run">The run that embeds queries for an index, where it does not lie where it did.</param>
    /// <param name="device">Where tensors live; the processor if left out.</param>
    /// <param name="progress">Is told how many samples are embedded.</param>
    /// <param name="warn">Is told what a person should know.</param>
    /// <param name="cancel">Stops.</param>
    public static Finder Open(string where, string? data = null, string layer = "h", string? run = null, Device? device = null,
        IProgress<EmbeddingProgress>? progress = null,
        Action<string>? warn = null, CancellationToken cancel = default)
    {
        if (Directory.Exists(where))
        {
            var embedder = Embedder.Open(where, device);
            try { return new(Collection.Of(embedder, data, new(layer), progress, warn, cancel), new(() => embedder), new(layer), embedder.UriOf(data)); }
            catch
            {
                embedder.Dispose();
                throw;
            }
        }
        var collection = Collection.Open(where);
        var manifest = collection.Manifest;
        return new(collection, new(() => Again(collection, run ?? manifest?.Run, device)),
            new(manifest?.Layer ?? layer, manifest?.Normalized ?? false), data ?? manifest?.Data);
    }

    static Embedder Again(Collection collection, string? run, Device? device)
    {
        if (run is null)
            throw new ConfigurationException($"{collection.Path} does not say which run made its vectors; give --run DIR, or a query by its name or as a file of vectors (.npy).");
        var embedder = Embedder.Open(run, device);
        if (collection.Manifest is { } manifest && manifest.CheckpointSha256 != embedder.CheckpointSha256)
        {
            embedder.Dispose();
            throw new DataException($"the run '{run}' has other weights now than when {collection.Path} was made: its queries would not fit. "
                + "Embed the data again, or give by --run the run as it was.");
        }
        return embedder;
    }

    /// <summary>Finds what is like a query.</summary>
    /// <param name="query">A file or words, whichever the run's data are; the name of a sample; a <c>.npy</c> of vectors; or a data URI, all of whose samples are asked for.</param>
    /// <param name="k">How many neighbours, at least 1.</param>
    /// <param name="search">Candidates, filter.</param>
    /// <param name="exact">Looks at all, although there is a graph.</param>
    /// <param name="cancel">Stops.</param>
    /// <returns>An answer for each vector of the query.</returns>
    /// <exception cref="DataException">There is nothing of the kind, or it cannot be read.</exception>
    public IReadOnlyList<Answer> Find(string query, int k = 10, SearchOptions? search = null, bool exact = false, CancellationToken cancel = default)
    {
        if (string.IsNullOrWhiteSpace(query)) throw new ConfigurationException("the query is empty; give a file, words, or the name of a sample.");
        if (k < 1) throw new ConfigurationException($"{k} neighbours were asked for; at least 1 is expected.");
        var (vectors, names, shown) = Understand(query, cancel);
        using (vectors)
        {
            var found = Among.Search(vectors, k, search, exact);
            return [.. found.Select((all, i) => new Answer(names[i], [.. all.Select((n, rank) =>
                new Found(rank + 1, Among.Names[n.Row], n.Score, Among.Labels?[n.Row], n.Row))]) { Shown = shown(i) })];
        }
    }

    (Vectors, IReadOnlyList<string>, Func<int, NeighbourSheet.Shown?>) Understand(string query, CancellationToken cancel)
    {
        if (query.EndsWith(".npy", StringComparison.OrdinalIgnoreCase))
        {
            var given = Collection.Open(query);
            return (given.Vectors, given.Names, _ => null);
        }
        using var folder = new TemporaryFolder();
        if (Modality is { } modality && modality.Query(query, data!, folder.Path) is { } one) return Embedded(one, [query], query, cancel);
        if (Among.Find(query) is { } row) return (Vectors.Of(Among.Vectors[row].ToArray(), Among.Vectors.Dimension), [query], _ => ShownOf(Among.Names[row]));
        if (DataUri.Parse(query).Kind is { Length: > 0 } kind
            && Catalogues.Modalities.All.Values.Any(m => m.Attribute.Schemes.Contains(kind))) return Embedded(query, null, query, cancel);
        throw new DataException($"'{query}' is {(Modality is TextModality ? "" : "no file that can be embedded and ")}"
            + $"no name of the {Among.Names.Count} samples of {Among.Path}, such as '{Among.Names[0]}'.");
    }

    Modality? Modality => data is null || DataKinds.Of(data) is not { } known ? null : known;

    (Vectors, IReadOnlyList<string>, Func<int, NeighbourSheet.Shown?>) Embedded(string uri, IReadOnlyList<string>? called, string query, CancellationToken cancel)
    {
        var (values, dimension, names) = embedder.Value.All(uri, options, cancel);
        var pictures = DataKinds.Of(uri) is PictureModality ? Opened(uri) : null;
        var vectors = Vectors.Of(values, dimension);
        vectors.RequireDimension(Among.Vectors.Dimension, Among.Path);
        return (vectors, called is not null && names.Length == called.Count ? called : names, i => pictures is null ? null : ShownIn(pictures, names[i]));
    }

    // Kept until the finder is closed: lists that are written down for a query are read at once, when they are opened.
    IPictures Opened(string uri)
    {
        var pictures = PictureSources.Open(uri);
        open.Add(pictures);
        return pictures;
    }

    NeighbourSheet.Shown? ShownOf(string name) => Pictures is { } pictures ? ShownIn(pictures, name) : null;

    static NeighbourSheet.Shown? ShownIn(IPictures pictures, string name) =>
        Enumerable.Range(0, pictures.Count).Where(i => pictures.Name(i) == name).Select(i =>
            (NeighbourSheet.Shown?)new NeighbourSheet.Shown(pictures, i)).FirstOrDefault();

    IPictures? Pictures => data is not null && DataKinds.Of(data) is PictureModality ? pictures ??= Opened(data) : null;

    IPictures? pictures;

    /// <summary>Draws answers: a row each, the query first where it is a picture.</summary>
    /// <param name="answers">What <see cref="Find"/> gave.</param>
    /// <param name="tile">Side of a tile in pixels.</param>
    /// <exception cref="ConfigurationException">What was searched are no pictures.</exception>
    public Picture Sheet(IReadOnlyList<Answer> answers, int tile = 112)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var source = Pictures ?? throw new ConfigurationException($"{Among.Path}: a sheet shows pictures, and these are none; give where they lie by --data if they are.");
        var index = new Dictionary<string, int>();
        for (var i = 0; i < source.Count; i++) index.TryAdd(source.Name(i), i);
        return NeighbourSheet.Draw([.. answers.Select(a => (a.Shown, (IReadOnlyList<NeighbourSheet.Shown>)[.. a.Neighbours.Where(n =>
            index.ContainsKey(n.Name)).Select(n => new NeighbourSheet.Shown(source, index[n.Name]))]))], tile);
    }

    /// <summary>Closes run, vectors and pictures.</summary>
    public void Dispose()
    {
        foreach (var one in open) one.Dispose();
        Among.Dispose();
        if (embedder.IsValueCreated) embedder.Value.Dispose();
    }

    sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("kindred-query-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
