using System.Collections.Concurrent;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Reports;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;

namespace Kindred.Studio;

/// <summary>A run in one line: what <see cref="RunRecord"/> makes of its files, by reading only what changes while it runs.</summary>
sealed record RunLine(string Id, string Name, string State, string? Method, string? Title, double? Epochs, long Step, double? Epoch, double? Loss, DateTimeOffset? Created,
    DateTimeOffset? Heartbeat, string? Host, int? Pid, bool Collapsed, string? Message, string? Command, string? Git, string? From, IReadOnlyDictionary<string, string>? Versions)
{
    // A recipe does not change while it runs; its file's time tells when it does.
    static readonly ConcurrentDictionary<string, (DateTime Time, string? Method, string? Title, double? Epochs)> recipes = new();

    internal static RunLine Of(Place run, DateTimeOffset now)
    {
        var info = RunInfo.TryRead(Path.Combine(run.Path, "run.json"));
        var last = MetricRow.Parse(LineTail.Last(Path.Combine(run.Path, "metrics.jsonl")));
        var (_, method, title, epochs) = RecipeOf(run);
        var state = RunRecord.ConditionOf(info, now) is var condition && condition == RunCondition.Stopped ? "preempted" : condition.ToString().ToLowerInvariant();
        return new(run.Id, run.Name, state, method, title, epochs, Math.Max(info?.Step ?? 0, last?.Step ?? 0), Finite(last?["epoch"]), Finite(last?["loss"]), info?.Created,
            info?.Heartbeat, info?.Host, info?.Pid, last is not null && CollapseAlarm.Finding(last.Values) is not null, info?.Message, info?.Command, info?.Git, info?.From, info?.Versions);
    }

    static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    static (DateTime, string?, string?, double?) RecipeOf(Place run)
    {
        var file = Path.Combine(run.Path, "config.yaml");
        var time = File.GetLastWriteTimeUtc(file);
        if (recipes.TryGetValue(file, out var known) && known.Time == time) return known;
        (DateTime, string?, string?, double?) read = (time, null, null, null);
        try
        {
            if (Read(run) is { } map) read = (time, RunRecord.MethodOf(map), (map["title"] as RecipeScalar)?.Text, RunRecord.EpochsOf(map));
        }
        catch (KindredException)
        {
            // A recipe of another version: the run is shown without.
        }
        return recipes[file] = read;
    }

    /// <summary>The recipe as it ran; null where there is none.</summary>
    internal static RecipeMap? Read(Place run)
    {
        var file = Path.Combine(run.Path, "config.yaml");
        return File.Exists(file) && new FileInfo(file).LinkTarget is null ? RecipeReader.ReadFile(file) : null;
    }
}
