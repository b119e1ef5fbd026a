using System.Globalization;
using System.IO.Hashing;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using Kindred.Io;

namespace Kindred.Index;

/// <summary>How an index lies in its file.</summary>
sealed class IndexFile : IDisposable
{
    const string Format = "kindred-index", Version = "1", Hash = "~xxh64", Coded = "graph.codes";

    readonly SafeTensorsFile file;
    readonly MappedFile map;

    IndexFile(string path, SafeTensorsFile file, MappedFile map)
    {
        (Path, this.file, this.map) = (path, file, map);
        if (Word("format") != Format) throw new DataException($"{path} is no index; `kindred index build` makes one of vectors.");
        if (Word("version") != Version)
            throw new DataException($"{path} is an index of version {Word("version")}; this program reads version {Version}. Build it again.");
        Vectors = FileVectors.OfSafeTensors(path);
        Options = new(MetricNames.Find(Word("metric")), Word("kind") == "graph" ? IndexKind.Graph : IndexKind.Exact, Number("links"), Number("construction"),
            Whole<ulong>("seed"));
        Source = file.Metadata.GetValueOrDefault("source");
        var (offsets, text) = (file.Entry("names.offsets"), file.Entry("names.text"));
        if (offsets.Type != ElementType.Int64 || offsets.Shape is not [var ends] || ends != Vectors.Count + 1L || text.Type != ElementType.UInt8)
            throw new DataException($"{path} is damaged: its {Vectors.Count} vectors have other names. Build the index again.");
        Names = new NameList(map, offsets.Offset, text.Offset, text.Bytes, Vectors.Count);
        if (file.Contains("labels")) Labels = ReadLabels();
        if (file.Contains(Coded)) Codes = new(map, file.Entry(Coded), Vectors.Count, Vectors.Dimension);
        if (Options.Kind == IndexKind.Graph) Graph = new(map, file, Options.Links, Options.Seed, Vectors.Count, Number("entry"));
    }

    internal string Path { get; }

    internal FileVectors Vectors { get; }

    internal IndexOptions Options { get; }

    internal IReadOnlyList<string> Names { get; }

    internal IReadOnlyList<string?>? Labels { get; }

    internal string? Source { get; }

    internal GraphLinks? Graph { get; }

    /// <summary>Older indices have none.</summary>
    internal RowCodes? Codes { get; }

    internal static IndexFile Open(string path)
    {
        var file = OpenTensors(path);
        MappedFile? map = null;
        try { return new(path, file, map = MappedFile.Open(path)); }
        catch (Exception e)
        {
            file.Dispose();
            map?.Dispose();
            throw e is ConfigurationException ? new DataException($"{path} is damaged: {e.Message} Build the index again.", e) : e;
        }
    }

    static SafeTensorsFile OpenTensors(string path)
    {
        try { return SafeTensorsFile.Open(path); }
        catch (DataException e) when (File.Exists(path)) { throw new DataException($"{path} is no index, or a damaged one; `kindred index build` makes one of vectors. {e.Message}", e); }
    }

    internal static bool Recognises(string path)
    {
        if (!File.Exists(path) || path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase)) return false;
        try
        {
            using var file = SafeTensorsFile.Open(path);
            return file.Metadata.GetValueOrDefault("format") == Format;
        }
        catch (DataException) { return false; }
    }

    string Word(string key) => file.Metadata.TryGetValue(key, out var word) ? word
        : throw new DataException($"{Path} is no index, or a damaged one: it does not say its {key}. `kindred index build` makes one of vectors.");

    int Number(string key) => Whole<int>(key);

    T Whole<T>(string key) where T : IBinaryInteger<T> => T.TryParse(Word(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new DataException($"{Path} is damaged: its {key} is '{Word(key)}', and a whole number was expected. Build the index again.");

    string?[] ReadLabels()
    {
        var classes = JsonText.Read<string[]>(Word("classes"), $"{Path}, classes");
        var entry = file.Entry("labels");
        if (entry.Type != ElementType.Int32 || entry.Shape is not [var count] || count != Vectors.Count)
            throw new DataException($"{Path} is damaged: it has labels for {entry.Shape.FirstOrDefault()} of {Vectors.Count} vectors.");
        return [.. map.Slice<int>(entry.Offset, Vectors.Count).ToArray().Select(l => l < 0 ? null : l < classes.Length ? classes[l]
            : throw new DataException($"{Path} is damaged: a label of number {l} among {classes.Length}."))];
    }

    /// <summary>Writes vectors to a file beside the target, maps it, builds the graph on the mapped vectors, and puts everything together in one act.</summary>
    internal static void Write(string path, IndexFile? old, IndexContent more, IndexOptions options, int threads, IProgress<int>? progress, CancellationToken cancel)
    {
        var before = old?.Vectors.Count ?? 0;
        var (count, dimension) = (before + more.Vectors.Count, more.Vectors.Dimension);
        var rows = $"{System.IO.Path.GetFullPath(path)}.{Environment.ProcessId}.vectors.tmp";
        try
        {
            WriteRows(rows, old, more.Vectors, options.Metric, cancel);
            using var vectors = new FileVectors(rows, 0, count, dimension);
            GraphLinks? graph = null;
            if (options.Kind == IndexKind.Graph)
            {
                graph = old?.Graph?.Loaded() ?? new(options.Links, options.Seed);
                new GraphBuilder(graph, vectors, options.Metric, options.Construction, new SearchOptions { Threads = threads, Cancel = cancel }.Parallel).Run(progress);
            }
            string[] names = [.. old?.Names ?? [], .. more.NamesFrom(before)];
            AtomicFile.Write(path, stream => WriteAll(stream, rows, count, dimension, options, names, LabelsOf(old, more), graph, old?.Source ?? more.Source));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw StorageFailure.Explain(path, 0, e); }
        finally { if (File.Exists(rows)) File.Delete(rows); }
    }

    static void WriteRows(string rows, IndexFile? old, Vectors more, Metric metric, CancellationToken cancel)
    {
        const int run = 4096;
        using var stream = new FileStream(rows, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        var buffer = new float[Math.Min(run, (old?.Vectors.Count ?? 0) + more.Count) * more.Dimension];
        foreach (var (source, scaled) in new (Vectors?, bool)[] { (old?.Vectors, true), (more, false) })
        {
            for (var at = 0; at < source?.Count; at += run)
            {
                cancel.ThrowIfCancellationRequested();
                var some = buffer.AsSpan(0, Math.Min(run, source.Count - at) * source.Dimension);
                source.Read(at, some);
                for (var i = 0; !scaled && i < some.Length / source.Dimension; i++) Scale(some.Slice(i * source.Dimension, source.Dimension), metric, source, at + i);
                stream.Write(MemoryMarshal.AsBytes(some));
            }
        }
    }

    /// <summary>Brings a vector to unit length where the metric is the cosine.</summary>
    /// <exception cref="DataException">It is not finite.</exception>
    internal static void Scale(Span<float> vector, Metric metric, Vectors from, int index)
    {
        var norm = TensorPrimitives.Norm<float>(vector);
        if (!float.IsFinite(norm))
            throw new DataException($"{from.Description}: vector {index} holds a number that is not finite, or is too long for single precision; it has no neighbours.");
        if (metric == Metric.Cosine && norm > 0) TensorPrimitives.Divide(vector, norm, vector);
    }

    static string?[]? LabelsOf(IndexFile? old, IndexContent more) => old?.Labels is null && more.Labels is null ? null
        : [.. old is null ? [] : old.Labels ?? new string?[old.Vectors.Count], .. more.Labels ?? new string?[more.Vectors.Count]];

    static void WriteAll(Stream stream, string rows, int count, int dimension, IndexOptions options, string[] names, string?[]? labels, GraphLinks? graph, string? source)
    {
        var hash = new XxHash64();
        string[] classes = [.. (labels ?? []).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        var number = classes.Index().ToDictionary(c => c.Item, c => c.Index);
        var words = new Dictionary<string, string>
        {
            ["format"] = Format, ["version"] = Version, ["metric"] = options.Metric.Name(), ["kind"] = graph is null ? "exact" : "graph",
            ["links"] = Text(options.Links), ["construction"] = Text(options.Construction), ["seed"] = options.Seed.ToString(CultureInfo.InvariantCulture),
            ["entry"] = Text(graph?.Entry ?? -1),
        };
        if (source is not null) words["source"] = source;
        if (labels is not null) words["classes"] = JsonSerializer.Serialize(classes);
        List<StreamedArray> arrays =
        [
            new("embeddings", ElementType.Float32, [count, dimension], to =>
            {
                using var from = File.OpenRead(rows);
                from.CopyTo(to, 1 << 20);
            }),
            .. NameList.Arrays(names),
        ];
        if (labels is not null) arrays.Add(Of("labels", ElementType.Int32, [count],
            MemoryMarshal.AsBytes<int>(Array.ConvertAll(labels, l => l is null ? -1 : number[l])).ToArray()));
        if (graph is not null)
        {
            arrays.Add(new(Coded, ElementType.UInt8, [count, RowCodes.Stride(dimension)], to =>
            {
                using var from = new FileVectors(rows, 0, count, dimension);
                RowCodes.Write(to, from);
            }));
            arrays.Add(new("graph.ground", ElementType.Int32, [count, graph.Ground], to => WriteInts(to, graph.GroundAll)));
            arrays.Add(new("graph.upper", ElementType.Int32, [graph.UpperAll.Length], to => WriteInts(to, graph.UpperAll)));
            arrays.Add(new("graph.starts", ElementType.Int32, [count], to => WriteInts(to, graph.StartsAll)));
            arrays.Add(new("graph.levels", ElementType.UInt8, [count], to => to.Write(graph.LevelsAll)));
        }
        // Last among the bytes by its name, so that it is written when all others have been hashed.
        arrays = [.. arrays.Select(a => a with { Write = to => a.Write(new HashedStream(to, hash)) })];
        arrays.Add(new(Hash, ElementType.UInt8, [8], to => to.Write(hash.GetCurrentHash())));
        SafeTensors.Write(stream, arrays, words);
    }

    static StreamedArray Of(string name, ElementType type, long[] shape, byte[] bytes) => new(name, type, shape, to => to.Write(bytes));

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // Spans of bytes end at 2 GiB.
    static void WriteInts(Stream to, ReadOnlySpan<int> values)
    {
        const int run = 1 << 20;
        for (var at = 0; at < values.Length; at += run) to.Write(MemoryMarshal.AsBytes(values.Slice(at, Math.Min(run, values.Length - at))));
    }

    internal void Verify()
    {
        var hash = new XxHash64();
        var buffer = new byte[1 << 20];
        foreach (var entry in file.Entries.Where(e => e.Name != Hash))
        {
            for (long at = 0; at < entry.Bytes; at += buffer.Length)
            {
                var some = buffer.AsSpan(0, (int)Math.Min(buffer.Length, entry.Bytes - at));
                file.ReadInto(entry.Name, at, some);
                hash.Append(some);
            }
        }
        if (!hash.GetCurrentHash().AsSpan().SequenceEqual(file.Read(Hash).Bytes.Span))
            throw new DataException($"{Path} is damaged: its bytes are not those that were written. Build the index again.");
    }

    public void Dispose()
    {
        Vectors.Dispose();
        map.Dispose();
        file.Dispose();
    }
}
