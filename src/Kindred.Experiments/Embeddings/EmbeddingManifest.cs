using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kindred.Io;

namespace Kindred.Experiments.Embeddings;

/// <summary>Where the vectors of a file come from: enough to embed a query in the same way, and to see that two files do not belong together.</summary>
/// <param name="Run">The run's folder.</param>
/// <param name="Method">Its method.</param>
/// <param name="Checkpoint">The checkpoint's name.</param>
/// <param name="CheckpointSha256">The hash of its weights.</param>
/// <param name="Layer">h, z or both.</param>
/// <param name="Encoder">The encoder with its settings, as the recipe has it.</param>
/// <param name="Pooling">How an encoder of sequences makes one vector of many; null for one that has no choice.</param>
/// <param name="Normalized">Whether vectors have unit length.</param>
/// <param name="Dimension">Numbers in each vector.</param>
/// <param name="Count">How many vectors there are.</param>
/// <param name="Data">The samples.</param>
/// <param name="Classes">Their classes; empty without labels.</param>
/// <param name="Skipped">Samples that could not be used, and why: they have no vector.</param>
public sealed record EmbeddingManifest(string Run, string Method, string Checkpoint, string CheckpointSha256, string Layer, JsonNode? Encoder,
    string? Pooling, bool Normalized,
    int Dimension, int Count, string Data, IReadOnlyList<string> Classes, IReadOnlyList<SkippedSample> Skipped)
{
    static readonly JsonSerializerOptions style = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly JsonSerializerOptions line = new(style) { WriteIndented = false };

    /// <summary>Where the manifest of a file of vectors lies.</summary>
    public static string FileOf(string path) => path + ".manifest.json";

    /// <summary>One line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, line);

    /// <summary>Writes the manifest of a file of vectors.</summary>
    internal void Save(string path) => AtomicFile.WriteText(FileOf(path), JsonSerializer.Serialize(this, style) + "\n");

    /// <summary>Reads the manifest of a file of vectors; null where there is none.</summary>
    /// <exception cref="DataException">It cannot be understood.</exception>
    public static EmbeddingManifest? Read(string path) => File.Exists(FileOf(path)) ? Parse(RegularFile.ReadAllText(FileOf(path)), FileOf(path)) : null;

    /// <summary>Understands what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="DataException">It is something else.</exception>
    public static EmbeddingManifest Parse(string text, string from)
    {
        try
        {
            return JsonText.Read<EmbeddingManifest>(text, from, style);
        }
        catch (DataException e) { throw new DataException($"{e.Message} It is to say where the vectors come from. Embed again, or delete it.", e); }
    }
}

/// <summary>A sample without a vector.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record SkippedSample(string Name, string Reason);
