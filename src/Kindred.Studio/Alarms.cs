using System.Globalization;
using System.Text.Json.Nodes;
using Kindred.Experiments.Training;

namespace Kindred.Studio;

/// <summary>Something about a run that a person should look at.</summary>
/// <param name="Kind"><c>collapse</c>, <c>failed</c>, <c>lost</c>, <c>wait</c> or <c>rising</c>.</param>
/// <param name="Step">Where it was seen; null where it has no step.</param>
/// <param name="Reason">The numbers, or the run's own words.</param>
/// <param name="Values">The numbers of the reason by name, from which a page says it in the reader's language; null of a run's own words.</param>
/// <param name="Shape">Of a collapse: mean cosine of positives and of negatives, and the share of the variance that lies in one direction.</param>
sealed record Alarm(string Kind, long? Step, string Reason, IReadOnlyDictionary<string, object?>? Values = null, AlarmShape? Shape = null);

/// <summary>What the embeddings look like.</summary>
/// <param name="Positive">Mean cosine of two views of a sample; null where there are none.</param>
/// <param name="Negative">Mean cosine of views of different samples.</param>
/// <param name="First">Share of the variance in the first direction.</param>
sealed record AlarmShape(double? Positive, double Negative, double First);

/// <summary>Finds what is wrong with a run by what it wrote.</summary>
static class Alarms
{
    const int InARow = 3, Grace = 50, Recent = 20;
    const double MostWait = 0.3;

    internal static IReadOnlyList<Alarm> Of(IReadOnlyList<MetricRow> rows, RunLine run, JsonObject? geometry = null)
    {
        var found = new List<Alarm>();
        if (run.Message is { } message && run.State is not "finished") found.Add(new("failed", run.Step, message));
        if (run.State == "lost")
            found.Add(new("lost", run.Step, string.Create(CultureInfo.InvariantCulture, $"heartbeat {run.Heartbeat:yyyy-MM-dd HH:mm:ss} UTC, process {run.Pid} on {run.Host}"),
                new Dictionary<string, object?> { ["at"] = run.Heartbeat, ["pid"] = run.Pid, ["host"] = run.Host }));
        if (Collapse(rows) is { } collapse) found.Add(collapse with { Shape = ShapeOf(geometry) });
        var last = rows.TakeLast(Recent).Select(r => r["data_wait"]).Where(double.IsFinite).ToArray();
        if (last.Length == Recent && last.Average() > MostWait)
            found.Add(new("wait", rows[^1].Step, string.Create(CultureInfo.InvariantCulture, $"{last.Average():P0} of the time"), new Dictionary<string, object?> { ["share"] = last.Average() }));
        return found;
    }

    static AlarmShape? ShapeOf(JsonObject? geometry) => Number(geometry?["negative"]) is { } negative
        ? new(Number(geometry!["positive"]), negative, geometry["spectrum"] is JsonArray { Count: > 0 } spectrum ? Number(spectrum[0]) ?? 0 : 0) : null;

    static double? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;

    /// <summary>The rule of training, on the lines that were logged.</summary>
    static Alarm? Collapse(IReadOnlyList<MetricRow> rows)
    {
        if (rows.Count == 0) return null;
        var grace = Math.Min(Grace, rows[^1].Step / 10);
        var bad = 0;
        foreach (var row in rows)
        {
            if (row.Step <= grace || double.IsNaN(row["z_std"]) || double.IsNaN(row["effective_rank"])) continue;
            var reason = CollapseAlarm.Finding(row.Values);
            bad = reason is null ? 0 : bad + 1;
            if (bad == InARow)
                return new("collapse", row.Step, reason!, row.Values.Where(v => v.Key is "z_std" or "effective_rank" or "assignment_perplexity").ToDictionary(v => v.Key, v => (object?)v.Value));
        }
        return null;
    }
}
