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
            PlotKind.Lines => SvgChart.Lines(section.Title, plot.X!, plot.Value[0], numbers.Axis(plot.X!), Series(numbers, plot)),
            _ when plot.X is null =>
                SvgChart.Bars(section.Title, [.. numbers.Study.Cells.Select(c => c.Name)],
                [.. plot.Value.Select(m => new ChartSeries(m, [.. numbers.Study.Cells.Select(c => numbers.Of(c, m))]))]),
            _ => SvgChart.Bars(section.Title, numbers.Axis(plot.X), Series(numbers, plot)),
        };
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
        return SvgChart.Heatmap($"{numbers.Study.Section.Title}: {plot.Value[0]}", plot.Y!, down, plot.X!, mean ? [.. right, "mean"] : right, values);
    }
}
