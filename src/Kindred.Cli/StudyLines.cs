using System.Globalization;
using Kindred.Experiments.Studies;

namespace Kindred.Cli;

/// <summary>What a person reads while a study runs.</summary>
static class StudyLines
{
    internal static string Ended(StudyOutcome outcome, StudyProgress now, Study study)
    {
        var head = string.Create(CultureInfo.InvariantCulture, $"[{now.Done + now.Failed}/{now.Total}] {outcome.Job}");
        var numbers = outcome.Result is null ? outcome.Error is null ? "stopped" : $"failed: {outcome.Error}"
            : string.Join(", ", new StudyNumbers(study, [outcome.Result]).Metrics.Where(outcome.Result.Metrics.ContainsKey).Take(3)
                .Select(m => string.Create(CultureInfo.InvariantCulture, $"{m} {outcome.Result.Metrics[m]:0.###}")));
        return string.Create(CultureInfo.InvariantCulture, $"{head}: {numbers} ({outcome.Seconds:0} s){Left(now)}");
    }

    internal static string Status(StudyProgress now) => string.Create(CultureInfo.InvariantCulture,
        $"[{now.Done + now.Failed}/{now.Total}] running {string.Join(", ", now.Running.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Job} {100 * r.Share:0} %")))}{Left(now)}");

    static string Left(StudyProgress now) => now.Remaining is { TotalSeconds: > 1 } left
        ? left.TotalSeconds < 90
            ? string.Create(CultureInfo.InvariantCulture, $"; about {left.TotalSeconds:0} s left")
            : string.Create(CultureInfo.InvariantCulture, $"; about {left.TotalMinutes:0} min left")
        : "";
}
