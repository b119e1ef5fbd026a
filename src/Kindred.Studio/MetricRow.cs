using System.Text.Json;

namespace Kindred.Studio;

/// <summary>A line of <c>metrics.jsonl</c> or <c>evaluations.jsonl</c>.</summary>
/// <param name="Step">The step.</param>
/// <param name="Values">Numbers by name; what is not finite is missing.</param>
sealed record MetricRow(long Step, IReadOnlyDictionary<string, double> Values)
{
    /// <summary>A number, NaN where it was not measured.</summary>
    internal double this[string name] => Values.GetValueOrDefault(name, double.NaN);

    /// <summary>Understands a line; null of one that is no such line.</summary>
    internal static MetricRow? Parse(string? line)
    {
        if (line is null) return null;
        try
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("step", out var step) || !step.TryGetInt64(out var at)) return null;
            var values = new Dictionary<string, double>();
            Take(json.RootElement, "", values);
            return new(at, values);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException) { return null; }
    }

    static void Take(JsonElement map, string before, Dictionary<string, double> values)
    {
        foreach (var entry in map.EnumerateObject())
        {
            if (entry is { Name: "step" } && before.Length == 0) continue;
            if (entry.Value.ValueKind == JsonValueKind.Number && entry.Value.TryGetDouble(out var number) && double.IsFinite(number)) values[before + entry.Name] = number;
            else if (entry.Value.ValueKind == JsonValueKind.Object) Take(entry.Value, before.Length == 0 && entry.Name == "metrics" ? "" : $"{before}{entry.Name}.", values);
        }
    }

    /// <summary>Fewer rows that show the same curve: of each stretch those with the smallest and the largest loss, so that no spike is lost, and the last.</summary>
    internal static IReadOnlyList<MetricRow> Thin(IReadOnlyList<MetricRow> rows, int most)
    {
        if (rows.Count <= most) return rows;
        var stretch = (int)Math.Ceiling(2.0 * rows.Count / most);
        var kept = new List<MetricRow>();
        foreach (var part in rows.Chunk(stretch))
        {
            var (low, high) = (part.MinBy(r => Number(r, double.MaxValue))!, part.MaxBy(r => Number(r, double.MinValue))!);
            kept.AddRange(ReferenceEquals(low, high) ? [low] : low.Step < high.Step ? [low, high] : [high, low]);
        }
        if (!ReferenceEquals(kept[^1], rows[^1])) kept.Add(rows[^1]);
        return kept;
    }

    static double Number(MetricRow row, double otherwise) => double.IsNaN(row["loss"]) ? otherwise : row["loss"];
}
