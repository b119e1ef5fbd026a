using System.Text.Json;
using System.Text.Json.Nodes;
using Kindred.Experiments.Training;
using Kindred.Io;

namespace Kindred.Experiments.Studies;

/// <summary>What a study takes from a run's <c>metrics.jsonl</c>.</summary>
static class TrainingLog
{
    // Where training stands, how fast it went, and the loss, of which the run's summary has a better one.
    static readonly HashSet<string> others = ["step", "epoch", "lr", "images_per_second", "data_wait", "loss"];

    /// <summary>The mean of every number over the last tenth of the lines: one line alone is one batch.</summary>
    /// <param name="file">The log.</param>
    internal static IReadOnlyDictionary<string, double> Late(string file)
    {
        var lines = Read(file);
        var late = lines[^Math.Max(Math.Min(1, lines.Count), lines.Count / 10)..];
        return late.SelectMany(l => l).Where(n => !others.Contains(n.Key) && n.Value is not null).GroupBy(n => n.Key)
            .ToDictionary(g => g.Key, g => g.Average(n => JsonText.Value(n.Value!.Parent!.AsObject(), n.Key, file, 0.0)));
    }

    /// <summary>The step at which the collapse alarm goes off, or null: told from the log, so that a resumed run says the same.</summary>
    /// <param name="file">The log.</param>
    internal static long? Collapse(string file)
    {
        var lines = Read(file);
        var alarm = new CollapseAlarm(_ => { });
        foreach (var line in lines)
        {
            var at = new Progress(0, 1, JsonText.Value(line, "step", file, 1L) - 1, JsonText.Value(lines[^1], "step", file, 1L));
            var numbers = line.Where(n => n.Value?.GetValueKind() == JsonValueKind.Number).ToDictionary(n => n.Key, n => n.Value!.GetValue<double>());
            alarm.Step(new StepReport(at, 0, 0, 0, 0, 0, numbers));
        }
        return alarm.At;
    }

    static List<JsonObject> Read(string file) => !File.Exists(file) ? [] : [.. RegularFile.ReadAllLines(file).Select(Parse).OfType<JsonObject>()];

    static JsonObject? Parse(string line)
    {
        try { return JsonNode.Parse(line) as JsonObject; }
        catch (JsonException) { return null; }
    }
}
