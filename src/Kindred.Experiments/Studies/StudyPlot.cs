namespace Kindred.Experiments.Studies;

/// <summary>The plot of a study: which numbers go where; <see cref="SvgChart"/> draws them.</summary>
public static class StudyPlot
{
    /// <summary>Draws a study as its file says; without a word on it, bars of the table's first metric.</summary>
    /// <param name="numbers">The results.</param>
    /// <returns>A picture as SVG.</returns>
    public static string Svg(StudyNumbers numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        var section = numbers.Study.Section;
        var plot = section.Plot ?? new PlotSection(PlotKind.Bars, [.. numbers.Metrics.Take(1)]);
        return plot.Kind switch
        {
            PlotKind.Heatmap => Heatmap(numbers, plot),
            PlotKind.Scatter => SvgChart.Scatter(section.Title, Measured([plot.X!]), Measured(plot.Value),
                [.. numbers.Study.Cells.Select(c => new ChartDot(c.Name, numbers.Of(c, plot.X!), numbers.Of(c, plot.Value[0])))]),
            PlotKind.Lines => SvgChart.Lines(section.Title, plot.X!, Measured(plot.Value), numbers.Axis(plot.X!), Series(numbers, plot), Notes(numbers, plot)),
            _ when plot.X is null =>
                SvgChart.Bars(section.Title, [.. numbers.Study.Cells.Select(c => c.Name)],
                [.. plot.Value.Select(m => new ChartSeries(m, [.. numbers.Study.Cells.Select(c => numbers.Of(c, m))]))], Notes(numbers, plot)),
            _ => SvgChart.Bars(section.Title, numbers.Axis(plot.X), Series(numbers, plot), Notes(numbers, plot)),
        };
    }

    /// <summary>What metrics are called on an axis, with their unit: <c>knn accuracy, %</c>; several of one unit by that alone.</summary>
    /// <param name="metrics">As tables name them.</param>
    internal static string Measured(IReadOnlyList<string> metrics)
    {
        string[] units = [.. metrics.Select(Unit).Distinct()];
        var unit = units is [{ Length: > 0 } one] ? $", {one}" : "";
        return metrics is [var single] ? $"{single.Replace('.', ' ').Replace('_', ' ')}{unit}" : unit.TrimStart(',', ' ');
    }

    // Rates are in percent everywhere; what a classifier or a vote gives is called after it.
    static string Unit(string metric) => metric.Split('.')[^1] switch
    {
        "nats" or "mi" or "kl" or "information" => "nats",
        var last when rates.Any(r => last.StartsWith(r, StringComparison.Ordinal) || last.EndsWith(r, StringComparison.Ordinal)) && metric.Contains('.', StringComparison.Ordinal) => "%",
        _ => "",
    };

    static readonly string[] rates = ["accuracy", "top1", "top5", "recall", "purity", "r1", "r5", "knn", "linear", "choice", "map", "mean_ap"];

    // One metric is compared: with the untrained network and other cells beside the axes, and with what the claims ask of each cell.
    static ChartNotes Notes(StudyNumbers numbers, PlotSection plot)
    {
        var axis = Measured(plot.Value);
        if (plot.Value is not [var metric]) return new(axis);
        var study = numbers.Study;
        var compared = plot.X is null ? study.Cells.Where(c => c.Baseline is "untrained") : numbers.Alone;
        ChartLine[] lines = [.. compared.Select(c => new ChartLine(c.Name, numbers.Of(c, metric).Mean)).Where(l => double.IsFinite(l.Value))];
        var asked = study.Claims.Select(c => c.Asks(numbers.Results)).Where(a => a?.Metric == metric).GroupBy(a => a!.Value.Cell).ToDictionary(g => g.Key, g => g.Last()!.Value.Value);
        // Along an axis a category is one cell only where there are no others.
        IReadOnlyList<string>? names = plot.X is null ? [.. study.Cells.Select(c => c.Name)] : plot.Series is null && study.Section.Axes is { Count: 1 } ? numbers.Axis(plot.X) : null;
        return new(axis, lines, names is null || asked.Count == 0 ? null : [.. names.Select(n => asked.TryGetValue(n, out var value) ? value : (double?)null)]);
    }

    static ChartSeries[] Series(StudyNumbers numbers, PlotSection plot)
    {
        var along = numbers.Axis(plot.X!);
        if (plot.Series is null)
            return [.. plot.Value.Select(metric => new ChartSeries(metric, [.. along.Select(x => numbers.At(new Dictionary<string, string> { [plot.X!] = x }, metric))]))];
        return [.. numbers.Axis(plot.Series).Select(s => new ChartSeries(s,
            [.. along.Select(x => numbers.At(new Dictionary<string, string> { [plot.X!] = x, [plot.Series] = s }, plot.Value[0]))]))];
    }

    static string Heatmap(StudyNumbers numbers, PlotSection plot)
    {
        var (down, right) = (numbers.Axis(plot.Y!), numbers.Axis(plot.X!));
        var mean = numbers.Study.Section.Table is { Mean: true };
        var values = down.Select(y => right.Select(x => numbers.At(new Dictionary<string, string> { [plot.Y!] = y, [plot.X!] = x }, plot.Value[0]).Mean)
            .Concat(mean ? [numbers.At(new Dictionary<string, string> { [plot.Y!] = y }, plot.Value[0]).Mean] : []).ToArray()).ToArray();
        return SvgChart.Heatmap(numbers.Study.Section.Title, plot.Y!, down, plot.X!, mean ? [.. right, "mean"] : right, values, Measured(plot.Value));
    }
}
