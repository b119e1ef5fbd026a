using System.Text.Json;
using System.Text.Json.Nodes;
using Kindred.Io;

namespace Kindred.Experiments.Studies;

/// <summary>What one cell measured with one seed. The same recipe and seed give the same result to the byte.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Seed">The seed.</param>
/// <param name="TrainingHash">What was trained.</param>
/// <param name="EvaluationHash">How it was evaluated.</param>
/// <param name="Metrics">Numbers: <c>protocol.metric</c> of the evaluations, plain names of the training log.</param>
/// <param name="CollapseStep">The step at which the collapse alarm went off, or null.</param>
/// <param name="Steps">Steps trained.</param>
/// <param name="StateSha256">The hash over everything the training ended with; null for a baseline.</param>
public sealed record CellResult(
    string Cell, ulong Seed, string TrainingHash, string EvaluationHash, IReadOnlyDictionary<string, double> Metrics, long? CollapseStep, long Steps, string? StateSha256)
{
    /// <summary>The file's name in a cell's folder.</summary>
    public const string FileName = "result.json";

    /// <summary>Reads a result.</summary>
    /// <param name="folder">The cell's folder.</param>
    /// <returns>The result, or null when there is none or it cannot be read.</returns>
    public static CellResult? TryRead(string folder)
    {
        try { return JsonText.ReadFile<CellResult>(Path.Combine(folder, FileName), StudyJson.Style); }
        catch (DataException) { return null; }
    }

    /// <summary>Writes this in one act.</summary>
    /// <param name="folder">The cell's folder.</param>
    /// <exception cref="EnvironmentException">It cannot be written.</exception>
    public void Write(string folder) => AtomicFile.WriteText(Path.Combine(folder, FileName), $"{Json().ToJsonString(StudyJson.Style)}\n");

    /// <summary>This as JSON.</summary>
    public JsonNode Json() => JsonSerializer.SerializeToNode(this, StudyJson.Style)!;
}
