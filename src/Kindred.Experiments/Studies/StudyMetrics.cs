using Kindred.Experiments.Recipes;

namespace Kindred.Experiments.Studies;

/// <summary>Finds, before the first training, metrics that a study shows or claims something of and that none of its evaluations gives.</summary>
static class StudyMetrics
{
    // What every training says; methods say more, under names of their own, which are known once they run.
    static readonly string[] ofTraining = ["loss", "collapsed", "z_std", "effective_rank", "online_accuracy"];

    /// <summary>Checks every name under holds, table, plot and measure.</summary>
    /// <param name="section">What the study's file says.</param>
    /// <param name="map">The file, for places.</param>
    /// <param name="cells">The cells.</param>
    /// <param name="claims">The claims.</param>
    /// <exception cref="ConfigurationException">A name is none that the cells' evaluations give.</exception>
    public static void Check(StudySection section, RecipeMap map, IReadOnlyList<StudyCell> cells, IReadOnlyList<Claim> claims)
    {
        var given = cells.ToDictionary(c => c.Name, c => CellEvaluation.Metrics(c));
        for (var i = 0; i < claims.Count; i++)
            foreach (var metric in claims[i].Metrics)
                if (Fault(metric.Metric, [given[metric.Cell]]) is { } fault)
                    throw At(map, $"holds.{i}").Error($"holds.{i}", $"\"{claims[i].Text}\": the cell '{metric.Cell}' gives no '{metric.Metric}'{fault}");
        foreach (var (path, metric) in Shown(section))
            if (Fault(metric, [.. given.Values]) is { } fault)
                throw At(map, path).Error(path, $"no cell gives '{metric}'{fault}");
    }

    static RecipeNode At(RecipeMap map, string path) => map.TryGet(path, out var node) ? node : map;

    static IEnumerable<(string Path, string Metric)> Shown(StudySection section) =>
    [
        .. (section.Table?.Metrics ?? []).Select(m => ("table", m)),
        .. section.Table?.Value is { } value ? [("table.value", value)] : Array.Empty<(string, string)>(),
        .. (section.Plot?.Value ?? []).Select(m => ("plot.value", m)),
        .. section.Plot is { Kind: PlotKind.Scatter, X: { } x } ? new[] { ("plot.x", x) } : [],
        .. (section.Measure ?? []).Select(m => ("measure", m)),
    ];

    // Null where the name is right, or nobody can know.
    static string? Fault(string metric, IReadOnlyList<IReadOnlyDictionary<string, IReadOnlyList<string>?>> cells)
    {
        var parts = metric.Split('.', 2);
        if (parts.Length == 1)
            return ofTraining.Contains(metric) ? null : Suggest.Closest(metric, ofTraining) is { } near ? $" (did you mean '{near}'?)" : null;
        if (cells.Any(c => c.TryGetValue(parts[0], out var names) && (names is null || names.Any(n => Fits(n, parts[1]))))) return null;
        string[] all = [.. cells.SelectMany(c => c.SelectMany(e => e.Value ?? [], (e, name) => $"{e.Key}.{name}")).Distinct()];
        return $"{Suggest.Nearest(metric, all)}; the evaluations give {(all.Length == 0 ? "nothing" : Suggest.Some(all))}";
    }

    static bool Fits(string name, string metric) => name.EndsWith('*') ? metric.StartsWith(name[..^1], StringComparison.Ordinal) && metric.Length >= name.Length : name == metric;
}
