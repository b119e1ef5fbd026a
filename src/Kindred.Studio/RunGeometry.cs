using System.Text.Json;
using System.Text.Json.Nodes;
using Kindred.Experiments.Training;

namespace Kindred.Studio;

/// <summary>What a run wrote of the shape of its embeddings (<see cref="GeometryHook"/>).</summary>
static class RunGeometry
{
    const int Most = 80, MostBytes = 4 << 20;

    /// <summary>The looks in order, thinned to some dozens; each with its counts.</summary>
    internal static object Of(Place run)
    {
        JsonObject[] all = [.. LineTail.Read(File(run), 0, MostBytes).Lines.Select(Parse).OfType<JsonObject>()];
        var stride = Math.Max(1, (all.Length + Most - 1) / Most);
        return new { Looks = all.Where((line, i) => i % stride == 0 || i == all.Length - 1).Where(line => line["negatives"] is not null), Reason = all.LastOrDefault()?["reason"] };
    }

    /// <summary>The last look; null where there is none.</summary>
    internal static JsonObject? Last(Place run) => Parse(LineTail.Last(File(run)));

    static string File(Place run) => Path.Combine(run.Path, GeometryHook.FileName);

    static JsonObject? Parse(string? line)
    {
        try { return line is null ? null : JsonNode.Parse(line) as JsonObject; }
        catch (JsonException) { return null; }
    }
}
