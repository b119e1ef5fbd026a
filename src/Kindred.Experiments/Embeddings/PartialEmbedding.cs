using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kindred.Io;
using Kindred.Io.Tables;

namespace Kindred.Experiments.Embeddings;

/// <summary>Vectors that are being made: what is done lies in a folder beside the file, so that who is killed goes on there.</summary>
/// <remarks><c>rows.f32</c> and <c>names.jsonl</c> only grow; <c>progress.json</c> says how much of them counts, and is written after they have reached the
/// disk.</remarks>
sealed class PartialEmbedding : IDisposable
{
    static readonly TimeSpan between = TimeSpan.FromSeconds(2);
    static readonly JsonSerializerOptions style = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    readonly string path, folder;
    readonly JsonObject request;
    readonly FileStream rows, names;
    long saved = Stopwatch.GetTimestamp();

    PartialEmbedding(string path, string folder, JsonObject request)
    {
        (this.path, this.folder, this.request) = (path, folder, request);
        rows = new(RowFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        try { names = new(NameFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1 << 16); }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    string RowFile => Path.Combine(folder, "rows.f32");

    string NameFile => Path.Combine(folder, "names.jsonl");

    string ProgressFile => Path.Combine(folder, "progress.json");

    /// <summary>Batches that are done.</summary>
    internal int Batches { get; private set; }

    /// <summary>Vectors that are done.</summary>
    internal int Rows { get; private set; }

    /// <summary>Numbers in each; 0 before the first.</summary>
    internal int Dimension { get; private set; }

    internal static string FolderOf(string path) => path + ".partial";

    /// <summary>Goes on with what was begun for this very request, or begins anew.</summary>
    internal static PartialEmbedding Open(string path, JsonObject request, Action<string>? warn)
    {
        var folder = FolderOf(path);
        try
        {
            Directory.CreateDirectory(folder);
            var partial = new PartialEmbedding(path, folder, request);
            try
            {
                partial.Resume(warn);
                return partial;
            }
            catch
            {
                partial.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw StorageFailure.Explain(folder, 0, e); }
    }

    void Resume(Action<string>? warn)
    {
        var (nameBytes, known) = (0L, Read());
        if (known is not null && JsonNode.DeepEquals(known.Request, request))
        {
            (Batches, Rows, Dimension, nameBytes) = (known.Batches, known.Rows, known.Dimension, known.NameBytes);
            if (Math.Min(Math.Min(Batches, Rows), Math.Min(Dimension, nameBytes)) < 0 || rows.Length < (long)Rows * Dimension * sizeof(float) || names.Length < nameBytes)
                (Batches, Rows, Dimension, nameBytes) = (0, 0, 0, 0);
        }
        else if (known is not null)
        {
            warn?.Invoke($"{folder} was begun with other weights, settings or data; it is begun anew.");
        }
        rows.SetLength((long)Rows * Dimension * sizeof(float));
        names.SetLength(nameBytes);
        rows.Position = rows.Length;
        names.Position = nameBytes;
    }

    Known? Read()
    {
        if (!File.Exists(ProgressFile)) return null;
        try { return JsonText.ReadFile<Known>(ProgressFile, style); }
        catch (DataException) { return null; }
    }

    sealed record Known(int Batches, int Rows, int Dimension, long NameBytes, JsonObject Request);

    internal void Add(EmbeddedBatch batch, string[] called, string?[]? labels)
    {
        try
        {
            if (batch.Rows.Length > 0)
            {
                var dimension = batch.Values.Length / batch.Rows.Length;
                if (Dimension != 0 && Dimension != dimension) throw new InvalidOperationException($"vectors of {dimension} numbers after vectors of {Dimension}");
                Dimension = dimension;
                rows.Write(MemoryMarshal.AsBytes<float>(batch.Values));
            }
            for (var i = 0; i < called.Length; i++)
                names.Write(JsonSerializer.SerializeToUtf8Bytes(new object?[] { batch.Rows[i], called[i], labels?[i] }).Append((byte)'\n').ToArray());
            (Batches, Rows) = (batch.Number + 1, Rows + batch.Rows.Length);
            if (Stopwatch.GetElapsedTime(saved) > between) Save();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw StorageFailure.Explain(RowFile, rows.Length, e); }
    }

    void Save()
    {
        rows.Flush(flushToDisk: true);
        names.Flush(flushToDisk: true);
        AtomicFile.WriteText(ProgressFile, new JsonObject
        {
            ["batches"] = Batches, ["rows"] = Rows, ["dimension"] = Dimension, ["name_bytes"] = names.Position, ["request"] = request.DeepClone(),
        }.ToJsonString());
        saved = Stopwatch.GetTimestamp();
    }

    /// <summary>Nothing is added any more: what was written can be read.</summary>
    internal void Close()
    {
        Save();
        rows.Dispose();
        names.Dispose();
    }

    /// <summary>The numbers of the samples that are done, once it is closed.</summary>
    internal IEnumerable<int> Numbers() => Lines().Select(l => l.Number);

    IEnumerable<(int Number, string Name, string? Label)> Lines()
    {
        foreach (var line in File.ReadLines(NameFile))
        {
            // What was written here is checked all the same: a disk may fail under it.
            yield return JsonText.Read<JsonArray>(line, NameFile) is [JsonValue number, JsonValue name, var label] && number.TryGetValue<int>(out var row) && name.TryGetValue<string>(out var called)
                ? (row, called, label?.ToString()) : throw new DataException($"{NameFile}: '{line}' is no number, name and label; delete {folder} and embed again.");
        }
    }

    /// <summary>Writes the file and its manifest, and takes the folder away.</summary>
    internal void Finish(EmbeddingManifest manifest, bool labelled)
    {
        VectorTables.Save(path, new VectorTable(Rows, Dimension, () => File.OpenRead(RowFile), () => Lines().Select(l => l.Name), labelled ? () => Lines()
            .Select(l => l.Label) : null)
        {
            Metadata = new Dictionary<string, string> { ["kindred"] = manifest.ToJson() },
        });
        manifest.Save(path);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Keeps what is done for the next time.</summary>
    public void Dispose()
    {
        try
        {
            if (rows.CanWrite && Rows > 0) Save();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or EnvironmentException)
        {
            // Then the next time begins where the last saving was.
        }
        rows.Dispose();
        names.Dispose();
    }
}
