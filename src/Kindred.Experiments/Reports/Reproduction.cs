using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Io;

namespace Kindred.Experiments.Reports;

/// <summary>A run that is trained once more from what it recorded, and what came of it.</summary>
/// <param name="SameBits">Whether every weight, memory, optimizer slot, counter and random state is the same to the bit.</param>
/// <param name="Arrays">Arrays in the state.</param>
/// <param name="Differing">Those that are not the same.</param>
/// <param name="Largest">The largest difference of a weight, beside the largest weight; 0 where all are the same.</param>
/// <param name="Metrics">Losses and evaluations: as they were, and as they are now.</param>
/// <param name="Reasons">What is not as it was: the machine, libtorch, threads, data; each may move the last bits.</param>
public sealed record Reproduction(bool SameBits, int Arrays, IReadOnlyList<string> Differing, double Largest, IReadOnlyList<ComparedRow<double?>> Metrics, IReadOnlyList<string> Reasons)
{
    // What is measured of the machine and not of the training.
    static readonly HashSet<string> times = ["images_per_second", "data_wait", "seconds"];

    /// <summary>What a run needs to be trained again.</summary>
    /// <param name="Recipe">Its recipe, its layout in memory laid down.</param>
    /// <param name="Steps">Where it ended, if it was stopped early.</param>
    /// <param name="From">The weights that it began from.</param>
    /// <param name="Threads">The threads that it had.</param>
    /// <param name="Device">Where its tensors lived.</param>
    public sealed record Plan(Recipe Recipe, long? Steps, string? From, int? Threads, string Device);

    /// <summary>Reads what a run recorded.</summary>
    /// <param name="run">The run's folder.</param>
    /// <exception cref="ConfigurationException">A process works on it.</exception>
    /// <exception cref="DataException">It is no run, or has no checkpoint to compare with.</exception>
    public static Plan Prepare(string run)
    {
        var record = RunRecord.Read(run);
        if (record.Condition == RunCondition.Running) throw new ConfigurationException($"'{run}' is still being trained; there is nothing yet to reproduce.");
        var steps = new CheckpointStore(Path.Combine(run, "checkpoints")).Last ?? throw new DataException($"'{run}' has no checkpoint; there is nothing to compare with.");
        Plugins.Recall(run);
        // The choice between layouts is measured, so it may come out otherwise; the bits would move.
        string[] layout = Said<string?>("layout", null) is { } name && record.Recipe?["phases"] is null
            ? [$"train.layout={(name == MemoryLayout.NchwName ? "nchw" : "channelsLast")}"] : [];
        return new(Recipe.Load(Path.Combine(run, "config.yaml"), layout, binder: Parts.Binder), record.Info?.State == RunState.Finished ? null : steps, record.Info?.From,
            Said<int?>("threads", null), Said("device", "cpu"));

        T Said<T>(string key, T missing) => record.Environment is { } said ? JsonText.Value(said, key, Path.Combine(run, "env.json"), missing) : missing;
    }

    /// <summary>Whether the data are those that the run began with, told before anything is trained.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="recipe">Its recipe.</param>
    /// <returns>What changed; null when nothing did.</returns>
    /// <exception cref="DataException">They cannot be read any more.</exception>
    public static string? DataChange(string run, Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        using var data = DataKinds.Open(recipe.First);
        string? said = null;
        DataRecord.Check(run, 0, data, DataKinds.UriOf(recipe.First) ?? "the data", accept: true, warning => said = warning);
        return said?.Replace("; it goes on all the same, as told", "", StringComparison.Ordinal).Replace("; the run goes on all the same, as told", "", StringComparison.Ordinal).TrimEnd('.');
    }

    /// <summary>Compares the ends of two runs.</summary>
    /// <param name="run">The one that was there.</param>
    /// <param name="again">The one that was trained now.</param>
    /// <param name="change">What <see cref="DataChange"/> found.</param>
    /// <exception cref="DataException">One of them has no whole checkpoint.</exception>
    public static Reproduction Of(string run, string again, string? change = null)
    {
        var (before, after) = (RunRecord.Read(run), RunRecord.Read(again));
        var (was, now) = (StateOf(run), StateOf(again));
        string[] differing = [.. was.Keys.Union(now.Keys).Where(k => !(was.TryGetValue(k, out var a) && now.TryGetValue(k, out var b) && Same(a, b))).Order(StringComparer.Ordinal)];
        var weights = differing.Where(k => k.StartsWith(TrainingState.Model, StringComparison.Ordinal) && was.ContainsKey(k) && now.ContainsKey(k)).ToArray();
        var comparison = RunComparison.Of([before, after]);
        var metrics = comparison.Metrics.Where(m => !times.Contains(m.Name)).Concat(comparison.Evaluations).Where(m => m.Values.All(v => v is not null)).ToArray();
        string[] reasons = [.. change is null ? [] : new[] { change }, .. comparison.Machine.Where(m =>
            m.Name is not ("layout_reason" or "processors" or "libtorch_source")).Select(m => $"{m.Name} was {m.Values[0] ?? "not recorded"}, is {m.Values[1] ?? "not recorded"}"),
            .. Versions(before, after)];
        return new(differing.Length == 0, was.Keys.Union(now.Keys).Count(), differing, weights.Select(k => Distance(was[k], now[k])).DefaultIfEmpty(0).Max(), metrics, reasons);
    }

    /// <summary>This as JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["same_bits"] = SameBits,
        ["arrays"] = Arrays,
        ["differing"] = new JsonArray([.. Differing.Select(d => (JsonNode)d)]),
        ["largest_difference"] = double.IsFinite(Largest) ? Largest : null,
        ["metrics"] = new JsonObject(Metrics.Select(m => KeyValuePair.Create(m.Name, (JsonNode?)new JsonArray([.. m.Values.Select(v => (JsonNode?)JsonValue.Create(v))])))),
        ["reasons"] = new JsonArray([.. Reasons.Select(r => (JsonNode)r)]),
    };

    static IEnumerable<string> Versions(RunRecord before, RunRecord after)
    {
        var (was, now) = (before.Info?.Versions?.GetValueOrDefault("kindred"), after.Info?.Versions?.GetValueOrDefault("kindred"));
        if (was != now) yield return $"Kindred was {was ?? "not recorded"}, is {now}";
        else if (before.Info?.Git != after.Info?.Git && before.Info?.Git is not null) yield return $"the commit was {before.Info.Git}, is {after.Info?.Git ?? "not known"}";
    }

    static Dictionary<string, NamedArray> StateOf(string run) => TrainedRun.Read(run).Last.Parts.SelectMany(p =>
        p.Value.Select(a => (Key: $"{p.Key}/{a.Name}", Array: a))).ToDictionary(p => p.Key, p => p.Array);

    static bool Same(NamedArray a, NamedArray b) => a.Type == b.Type && a.Shape.SequenceEqual(b.Shape) && a.Bytes.Span.SequenceEqual(b.Bytes.Span);

    static double Distance(NamedArray a, NamedArray b)
    {
        if (!a.Shape.SequenceEqual(b.Shape) || a.Count == 0) return a.Count == b.Count ? 0 : double.PositiveInfinity;
        var (x, y) = (a.ToDoubles(), b.ToDoubles());
        return x.Zip(y).Max(p => Math.Abs(p.First - p.Second));
    }
}
