using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kindred.Io;

/// <summary>A file of one JSON object a line, appended to and cut back, never rewritten in place.</summary>
/// <remarks>A line goes out in one write, so that a killed process leaves whole lines and at most one torn one, which is cut off when the file is opened again.</remarks>
public sealed class JsonLines : IDisposable
{
    static readonly JsonSerializerOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly string path;
    readonly Stream stream;

    /// <summary>Opens a file for appending, or creates it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="keep">Which of the lines that are there stay; left out, all.</param>
    /// <exception cref="EnvironmentException">The file cannot be written.</exception>
    public JsonLines(string path, Func<JsonObject, bool>? keep = null)
    {
        this.path = path;

        try
        {
            Cut(path, keep);
            stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFailure.Explain(path, 0, e);
        }
    }

    internal JsonLines(string path, Stream stream)
    {
        this.path = path;
        this.stream = stream;
    }

    /// <summary>The whole lines of a file; a torn last line is left out.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The objects in order; none when there is no such file.</returns>
    /// <exception cref="DataException">A line before the last is not a JSON object.</exception>
    public static IEnumerable<JsonObject> Read(string path)
    {
        if (!File.Exists(path))
            yield break;

        RegularFile.Require(path);
        var number = 0;
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Encoding.UTF8);

        while (reader.ReadLine() is { } line)
        {
            number++;

            if (TryParse(line) is { } parsed)
                yield return parsed;
            else if (!reader.EndOfStream)
                throw new DataException($"{path}:{number} is not a JSON object.");
        }
    }

    /// <summary>Appends a line.</summary>
    /// <param name="line">The object; infinities and NaN are not JSON, leave them out or write null.</param>
    /// <exception cref="EnvironmentException">The disk is full or gone.</exception>
    public void Append(JsonObject line)
    {
        var whole = stream.Length;

        try
        {
            stream.Write(Encoding.UTF8.GetBytes($"{line.ToJsonString(Format)}\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Retract(whole);
            throw StorageFailure.Explain(path, whole, e);
        }
    }

    /// <summary>Waits until all lines are on the medium.</summary>
    /// <exception cref="EnvironmentException">The disk is full or gone.</exception>
    public void Sync() => Guard(() => 
    {
        if (stream is FileStream file)
            file.Flush(flushToDisk: true);
    });

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    static void Cut(string path, Func<JsonObject, bool>? keep)
    {
        if (!File.Exists(path))
            return;

        var kept = new StringBuilder();

        foreach (var line in Read(path).Where(line => keep?.Invoke(line) ?? true))
            kept.Append(line.ToJsonString(Format)).Append('\n');

        if (kept.ToString() != File.ReadAllText(path))
            AtomicFile.WriteText(path, kept.ToString());
    }

    static JsonObject? TryParse(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Takes back the part of a line that fitted on a full disk.</summary>
    void Retract(long whole)
    {
        try
        {
            stream.SetLength(whole);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then the torn line stays, and the next opening cuts it off.
        }
    }

    void Guard(Action act)
    {
        try
        {
            act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFailure.Explain(path, 0, e);
        }
    }
}
