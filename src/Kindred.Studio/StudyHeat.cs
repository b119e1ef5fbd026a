using System.Text.Json.Nodes;

namespace Kindred.Studio;

/// <summary>A study of two axes as a field of numbers: what a map of heat shows.</summary>
/// <param name="Down">Name of the first axis.</param>
/// <param name="Right">Name of the second.</param>
/// <param name="Rows">Places along the first, in the study's order.</param>
/// <param name="Columns">Places along the second.</param>
/// <param name="Values">For each metric, a row of means for each place; null where nothing was measured.</param>
sealed record StudyHeat(string Down, string Right, IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, IReadOnlyDictionary<string, double?[][]> Values)
{
    /// <summary>Of a study with exactly two axes; null of any other.</summary>
    internal static StudyHeat? Of(JsonObject? result)
    {
        var cells = (result?["cells"] as JsonArray ?? []).OfType<JsonObject>().Where(c => c["at"] is JsonObject { Count: 2 }).ToArray();
        if (cells.Length < 4) return null;
        string[] axes = [.. ((JsonObject)cells[0]["at"]!).Select(a => a.Key)];
        if (cells.Any(c => axes.Any(a => c["at"]![a] is null))) return null;
        string[] rows = [.. cells.Select(c => c["at"]![axes[0]]!.ToString()).Distinct()], columns = [.. cells.Select(c => c["at"]![axes[1]]!.ToString()).Distinct()];
        string[] metrics = [.. cells.SelectMany(c => (c["mean"] as JsonObject ?? []).Select(m => m.Key)).Distinct()];
        return new(axes[0], axes[1], rows, columns, metrics.ToDictionary(m => m, m => rows.Select(r => columns.Select(c =>
            Number(cells.FirstOrDefault(x => x["at"]![axes[0]]!.ToString() == r && x["at"]![axes[1]]!.ToString() == c)?["mean"]?[m])).ToArray()).ToArray()));
    }

    internal static double? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<double>(out var number) && double.IsFinite(number) ? number : null;
}
