using System.Text.Json.Nodes;

namespace Kindred.Studio;

/// <summary>The claims of a study with the numbers that decide them.</summary>
static class StudyClaims
{
    const int MostNumbers = 8;

    /// <summary>Each claim as the study decided it, and the means that it speaks of.</summary>
    internal static JsonArray Of(JsonObject? result)
    {
        var means = (result?["cells"] as JsonArray ?? []).OfType<JsonObject>().SelectMany(c => (c["mean"] as JsonObject ?? []).Select(m => (Cell: c["cell"]?.ToString() ?? "", Metric: m.Key,
            Value: StudyHeat.Number(m.Value)))).Where(m => m.Value is not null).ToArray();
        return [.. (result?["holds"] as JsonArray ?? []).OfType<JsonObject>().Select(claim =>
        {
            var copy = (JsonObject)claim.DeepClone();
            copy["numbers"] = Numbers(claim["claim"]?.ToString() ?? "", means);
            return (JsonNode)copy;
        })];
    }

    static JsonArray Numbers(string claim, (string Cell, string Metric, double? Value)[] means)
    {
        // The longest names first: what is a part of another's name is not named by it.
        var left = claim;
        var found = new List<(int At, JsonNode Node)>();
        foreach (var mean in means.OrderByDescending(m => m.Cell.Length + m.Metric.Length))
        {
            var name = $"{mean.Cell}.{mean.Metric}";
            var at = left.IndexOf(name, StringComparison.Ordinal);
            if (at < 0) continue;
            left = left.Replace(name, new string(' ', name.Length), StringComparison.Ordinal);
            found.Add((at, new JsonObject { ["name"] = name, ["value"] = mean.Value }));
        }
        foreach (var group in means.GroupBy(m => m.Metric))
        {
            var at = left.IndexOf($"*.{group.Key}", StringComparison.Ordinal);
            if (at >= 0) found.Add((at, new JsonObject { ["name"] = $"*.{group.Key}", ["from"] = group.Min(m => m.Value), ["to"] = group.Max(m => m.Value) }));
        }
        return [.. found.OrderBy(f => f.At).Take(MostNumbers).Select(f => f.Node)];
    }
}
