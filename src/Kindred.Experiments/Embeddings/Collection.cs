using System.IO.Hashing;
using System.Text;
using Kindred.Index;
using Kindred.Io.Tables;

namespace Kindred.Experiments.Embeddings;

/// <summary>Vectors with what is known of them: a file that <c>embed</c> wrote, an index, or what a run makes of data.</summary>
public sealed class Collection : IDisposable
{
    readonly Vectors? vectors;

    Collection(string path, Vectors? vectors, VectorIndex? index, IReadOnlyList<string> names, IReadOnlyList<string?>? labels, EmbeddingManifest? manifest) =>
        (Path, this.vectors, Index, Names, Labels, Manifest) = (path, vectors, index, names, labels, manifest);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The vectors.</summary>
    public Vectors Vectors => vectors ?? Index!.Vectors;

    /// <summary>The index, if it is one.</summary>
    public VectorIndex? Index { get; }

    /// <summary>The vectors' names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The vectors' labels, null for none; null where there are no labels.</summary>
    public IReadOnlyList<string?>? Labels { get; }

    /// <summary>Where the vectors come from; null where that is not known.</summary>
    public EmbeddingManifest? Manifest { get; }

    /// <summary>What goes into an index.</summary>
    public IndexContent Content => new(Vectors, Names, Labels, Manifest?.ToJson());

    /// <summary>Opens a file of vectors or an index.</summary>
    /// <param name="path"><c>.npy</c>, <c>.safetensors</c>, or what <c>index build</c> wrote.</param>
    /// <exception cref="DataException">It is missing, damaged, or its names are those of other vectors.</exception>
    public static Collection Open(string path)
    {
        if (!VectorIndex.Recognises(path)) return OfFile(path);
        var index = VectorIndex.Open(path);
        try { return new(path, null, index, index.Names, index.Labels, index.Source is { } source ? EmbeddingManifest.Parse(source, path) : null); }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    static Collection OfFile(string path)
    {
        var vectors = Vectors.Open(path);
        try
        {
            var known = VectorTables.ReadNames(path);
            if (known is { } read && read.Names.Count != vectors.Count)
                throw new DataException($"{path} holds {vectors.Count} vectors, {VectorTables.NamesOf(path)} names {read.Names.Count}; they belong to different files.");
            var manifest = EmbeddingManifest.Read(path);
            if (manifest is not null && (manifest.Dimension != vectors.Dimension || manifest.Count != vectors.Count))
                throw new DataException($"{path} holds {vectors.Count} vectors of {vectors.Dimension} numbers, "
                    + $"its manifest speaks of {manifest.Count} of {manifest.Dimension}; they belong to different files.");
            return new(path, vectors, null, known?.Names ?? new IndexContent(vectors).NamesFrom(0), known?.Labels, manifest);
        }
        catch
        {
            vectors.Dispose();
            throw;
        }
    }

    /// <summary>What a run makes of data. It is kept in the run's folder (<c>embeddings/</c>), so that the next time is at once.</summary>
    /// <param name="embedder">The run.</param>
    /// <param name="data">A data URI; null for what the run learnt from.</param>
    /// <param name="options">Layer and length.</param>
    /// <param name="progress">Is told how many samples are done.</param>
    /// <param name="warn">Is told what a person should know.</param>
    /// <param name="cancel">Stops between batches; the next time goes on.</param>
    public static Collection Of(Embedder embedder, string? data, EmbeddingOptions? options = null, IProgress<EmbeddingProgress>? progress = null,
        Action<string>? warn = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        options ??= new();
        var file = System.IO.Path.Combine(Folder(embedder.Run), $"{Key(embedder, data, options)}.npy");
        if (!File.Exists(file) || !File.Exists(EmbeddingManifest.FileOf(file))) embedder.Write(data, file, options, progress, warn, cancel);
        return Open(file);
    }

    // A run may lie where nothing can be written; then what is made lasts as long as the machine's temporary files.
    static string Folder(string run)
    {
        var folder = System.IO.Path.Combine(run, "embeddings");
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(System.IO.Path.Combine(folder, ".writable"), "");
            File.Delete(System.IO.Path.Combine(folder, ".writable"));
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Directory.CreateDirectory(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"kindred-embeddings-{Environment.UserName}")).FullName;
        }
    }

    static string Key(Embedder embedder, string? data, EmbeddingOptions options)
    {
        using var open = embedder.OpenData(data);
        var request = embedder.Request(embedder.UriOf(data), open, options, options.BatchFor(open)).ToJsonString();
        return Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(request)))[..16];
    }

    /// <summary>The nearest of some vectors, by the index where there is one.</summary>
    /// <param name="queries">Vectors from the same layer of the same run.</param>
    /// <param name="k">How many.</param>
    /// <param name="options">Candidates, filter, memory.</param>
    /// <param name="exact">Looks at all, although there is a graph.</param>
    /// <param name="metric">What near means, where there is no index that says it.</param>
    public Neighbour[][] Search(Vectors queries, int k, SearchOptions? options = null, bool exact = false, Metric metric = Metric.Cosine) =>
        Index?.Search(queries, k, options, exact) ?? ExactSearch.Find(Vectors, queries, k, metric, options);

    /// <summary>The number of a name, or of <c>#N</c>; null where there is none.</summary>
    public int? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        for (var i = 0; i < Names.Count; i++)
            if (Names[i] == name) return i;
        return name.StartsWith('#') && int.TryParse(name.AsSpan(1), System.Globalization.NumberStyles.None, null, out var row) && row < Names.Count ? row : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        vectors?.Dispose();
        Index?.Dispose();
    }
}
