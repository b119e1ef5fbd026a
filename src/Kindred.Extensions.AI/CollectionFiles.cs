using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Kindred.Index;
using Kindred.Io;

namespace Kindred.Extensions.AI;

/// <summary>A collection's files: <c>NAME.7.index</c> holds all records when it was written, <c>NAME.7.log</c> what has changed since.</summary>
/// <remarks>An index appears in one act and has another number than the one before, so that at any moment one index and its own log say everything. One process has a
/// collection open, which <c>NAME.lock</c> sees to.</remarks>
sealed class CollectionFiles : IDisposable
{
    readonly string folder, name;
    readonly FileStream held;
    int number;
    JsonLines log;

    internal CollectionFiles(string folder, string name)
    {
        (this.folder, this.name) = (folder, name);
        try
        {
            Directory.CreateDirectory(folder);
            held = new(In("lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(In("lock")))
        {
            throw new EnvironmentException($"the collection {In("")[..^1]} is open elsewhere; one process, and one object in it, may have it open.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw StorageFailure.Explain(In("lock"), 0, e); }
        try
        {
            number = Numbers(folder, name, "index").DefaultIfEmpty(0).Max();
            Sweep();
            Base = number == 0 ? null : VectorIndex.Open(In($"{number}.index"));
            log = new(In($"{number}.log"));
        }
        catch
        {
            Base?.Dispose();
            held.Dispose();
            throw;
        }
    }

    internal VectorIndex? Base { get; private set; }

    string In(string suffix) => Path.Combine(folder, $"{name}.{suffix}");

    static IEnumerable<int> Numbers(string folder, string name, string kind) =>
        from file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, $"{name}.*.{kind}") : []
        let parts = Path.GetFileName(file)[(name.Length + 1)..].Split('.')
        where parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out _)
        select int.Parse(parts[0], CultureInfo.InvariantCulture);

    /// <summary>Whether there is such a collection.</summary>
    internal static bool Exist(string folder, string name) => Numbers(folder, name, "index").Concat(Numbers(folder, name, "log")).Any();

    /// <summary>The names of the collections of a folder.</summary>
    internal static IEnumerable<string> Names(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*.lock").Select(f => Path.GetFileNameWithoutExtension(f)).Where(n => Exist(folder, n)).Order(StringComparer.Ordinal) : [];

    internal static void Delete(string folder, string name)
    {
        foreach (var kind in (string[])["index", "log"])
            foreach (var old in Numbers(folder, name, kind).ToArray()) File.Delete(Path.Combine(folder, $"{name}.{old}.{kind}"));
        File.Delete(Path.Combine(folder, $"{name}.lock"));
    }

    // What an interrupted writing left: the index that is there tells all that older ones and their logs did.
    void Sweep()
    {
        foreach (var kind in (string[])["index", "log"])
            foreach (var old in Numbers(folder, name, kind).Where(n => n != number).ToArray()) File.Delete(In($"{old}.{kind}"));
    }

    /// <summary>What has changed since the index was written, in order: a record and its vector, or null for one that is gone.</summary>
    internal IEnumerable<(string Key, string? Record, float[]? Vector)> Changes()
    {
        foreach (var line in JsonLines.Read(In($"{number}.log")))
        {
            if (line["gone"] is not null) yield return (Text(line, "gone"), null, null);
            else yield return (Text(line, "put"), Text(line, "record"), Vector(Text(line, "vector")));
        }
    }

    string Text(JsonObject line, string key) => JsonText.Value<string?>(line, key, In($"{number}.log"), null)
        ?? throw new DataException($"{In($"{number}.log")}: a line lacks '{key}'; it is damaged.");

    float[] Vector(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length % sizeof(float) == 0 ? MemoryMarshal.Cast<byte, float>(bytes.AsSpan(0, length)).ToArray()
            : throw new DataException($"{In($"{number}.log")}: a vector is no base64 of numbers in single precision; it is damaged.");
    }

    internal void Put(string key, string record, float[] vector) =>
        log.Append(new JsonObject { ["put"] = key, ["record"] = record, ["vector"] = Convert.ToBase64String(MemoryMarshal.AsBytes<float>(vector)) });

    internal void Gone(string key) => log.Append(new JsonObject { ["gone"] = key });

    /// <summary>Writes the next index, and from then on its log.</summary>
    /// <param name="write">Writes it to a path; null where no record is left.</param>
    internal void Fold(Action<string>? write)
    {
        var next = number + 1;
        write?.Invoke(In($"{next}.index"));
        var index = write is null ? null : VectorIndex.Open(In($"{next}.index"));
        log.Dispose();
        Base?.Dispose();
        Base = index;
        if (write is null)
        {
            // Nothing is left: the index goes first, so that its log never stands without it.
            File.Delete(In($"{number}.index"));
            File.Delete(In($"{number}.log"));
            number = 0;
        }
        else number = next;
        log = new(In($"{number}.log"));
        Sweep();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        log.Dispose();
        Base?.Dispose();
        held.Dispose();
    }
}
