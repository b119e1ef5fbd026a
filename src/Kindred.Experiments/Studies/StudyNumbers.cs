namespace Kindred.Experiments.Studies;

/// <summary>A metric over the seeds of a cell.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">The sample standard deviation; NaN with one seed.</param>
/// <param name="Seeds">How many seeds.</param>
public readonly record struct Summary(double Mean, double Deviation, int Seeds)
{
    /// <summary><c>41.3 ± 1.1</c>, or a dash when there is nothing.</summary>
    public override string ToString() => Seeds == 0 ? "–" : double.IsNaN(Deviation) ? Numbers.Short(Mean) : $"{Numbers.Short(Mean)} ± {Numbers.Short(Deviation)}";
}

/// <summary>The results of a study, averaged over seeds.</summary>
/// <param name="study">The study.</param>
/// <param name="results">One a cell and seed.</param>
public sealed class StudyNumbers(Study study, IReadOnlyList<CellResult> results)
{
    /// <summary>The study.</summary>
    public Study Study => study;

    /// <summary>One a cell and seed, in the order of the cells.</summary>
    public IReadOnlyList<CellResult> Results { get; } = [.. results.OrderBy(r => study.Cells.TakeWhile(c => c.Name != r.Cell).Count()).ThenBy(r => r.Seed)];

    /// <summary>The metrics that the table shows: its own list, or every evaluation's, then the measured numbers of the log.</summary>
    public IReadOnlyList<string> Metrics => study.Section.Table?.Metrics is { Count: > 0 } own ? own
        : [.. Results.SelectMany(r => r.Metrics.Keys).Where(m => m.Contains('.', StringComparison.Ordinal)).Distinct().Concat(study.Section.Measure ?? []).Distinct()];

    /// <summary>A metric of a cell over its seeds.</summary>
    public Summary Of(StudyCell cell, string metric)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return Over([cell], metric);
    }

    /// <summary>A metric at a point of the grid; where further axes are left open, the mean over the cells along them.</summary>
    /// <param name="at">Axes and values.</param>
    /// <param name="metric">The metric.</param>
    public Summary At(IReadOnlyDictionary<string, string> at, string metric) =>
        Over([.. study.Cells.Where(c => at.All(a => c.At.TryGetValue(a.Key, out var value) && value == a.Value))], metric);

    /// <summary>The values of an axis, in the file's order.</summary>
    public IReadOnlyList<string> Axis(string name) => [.. study.Section.Axes![name].Select(v => v.Name)];

    /// <summary>Cells that are on no axis.</summary>
    public IReadOnlyList<StudyCell> Alone => [.. study.Cells.Where(c => c.At.Count == 0)];

    // Seed by seed first: the spread between seeds is what a difference is measured by, not that between cells.
    Summary Over(StudyCell[] cells, string metric)
    {
        var names = cells.Select(c => c.Name).ToHashSet();
        var each = Results.Where(r => names.Contains(r.Cell) && r.Metrics.ContainsKey(metric)).GroupBy(r => r.Seed).Select(g => g.Average(r => r.Metrics[metric])).ToArray();
        var (mean, deviation) = (each.Length == 0 ? double.NaN : each.Average(), Numbers.Deviation(each));
        return new(mean, deviation < 1e-12 * Math.Abs(mean) ? 0 : deviation, each.Length);  // equal numbers, averaged in another order
    }
}
