using System.Globalization;

namespace Kindred.Experiments.Reports;

/// <summary>A run's facts in the words of tables.</summary>
public static class RunText
{
    /// <summary>How it stands, in one word.</summary>
    public static string Condition(RunRecord run) => run?.Condition.ToString().ToLowerInvariant() ?? throw new ArgumentNullException(nameof(run));

    /// <summary>Epochs done of those asked for: <c>3/10</c>.</summary>
    public static string Epochs(RunRecord run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Epochs is { } all ? Text($"{run.Epoch ?? 0:0.#}/{all}") : Text($"{run.Epoch:0.#}");
    }

    /// <summary>The last loss.</summary>
    public static string Loss(RunRecord run) => Text($"{run?.Loss:0.####}");

    /// <summary>The first number of each evaluation: <c>knn.accuracy 48.2</c>.</summary>
    public static string Evaluations(RunRecord run) => string.Join(", ", (run ?? throw new ArgumentNullException(nameof(run))).Headlines.Select(h => Text($"{h.Key} {h.Value:0.##}")));

    /// <summary>When it began, in local time.</summary>
    public static string Began(RunRecord run) => run?.Created is { } created ? created.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "";

    /// <summary>Bytes in a unit that suits them.</summary>
    public static string Size(long bytes) => bytes switch { >= 1_000_000_000 => Text($"{bytes / 1e9:0.0} GB"), >= 1_000_000 => Text($"{bytes / 1e6:0.0} MB"), _ => Text($"{bytes / 1e3:0} kB") };

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
