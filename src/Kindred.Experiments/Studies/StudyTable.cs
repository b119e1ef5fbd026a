using System.Globalization;
using System.Text;
using Kindred.Io.Csv;

namespace Kindred.Experiments.Studies;

/// <summary>The table of a study: cells by metrics, or one axis by another.</summary>
public static class StudyTable
{
    /// <summary>The table as Markdown; means over seeds with their standard deviation.</summary>
    /// <param name="numbers">The results.</param>
    /// <returns>Lines of text.</returns>
    public static string Markdown(StudyNumbers numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        if (numbers.Study.Section.Table is not { Rows: { } rows, Columns: { } columns, Value: { } value } table)
            return Markdown(["cell", .. numbers.Metrics], numbers.Study.Cells.Select(c => (string[])[c.Name, .. numbers.Metrics.Select(m => numbers.Of(c, m).ToString())]));

        var across = numbers.Axis(columns);
        string[] header = [$"{value}: {rows} ↓ {columns} →", .. across, .. table.Mean ? ["mean"] : Array.Empty<string>()];
        var text = Markdown(header, numbers.Axis(rows).Select(row => Row(numbers, rows, row, columns, across, value, table.Mean)));
        return numbers.Alone.Count == 0 ? text
            : $"{text}\n{Markdown(["cell", value], numbers.Alone.Select(c => new[] { c.Name, numbers.Of(c, value).ToString() }))}";
    }

    /// <summary>Every number of every cell and seed, one row each.</summary>
    /// <param name="numbers">The results.</param>
    /// <returns>CSV with a header.</returns>
    public static string Csv(StudyNumbers numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        string[] metrics = [.. numbers.Results.SelectMany(r => r.Metrics.Keys).Distinct()];
        var text = new StringBuilder(CsvText.Row(["cell", "seed", .. metrics]));
        foreach (var result in numbers.Results)
        {
            text.Append(CsvText.Row([result.Cell, result.Seed.ToString(CultureInfo.InvariantCulture),
                .. metrics.Select(m => result.Metrics.TryGetValue(m, out var value) ? value.ToString("R", CultureInfo.InvariantCulture) : "")]));
        }
        return text.ToString();
    }

    static string[] Row(StudyNumbers numbers, string rows, string row, string columns, IReadOnlyList<string> across, string value, bool mean)
    {
        var cells = across.Select(column => numbers.At(new Dictionary<string, string> { [rows] = row, [columns] = column }, value).ToString());
        return [row, .. cells, .. mean ? [numbers.At(new Dictionary<string, string> { [rows] = row }, value).ToString()] : Array.Empty<string>()];
    }

    static string Markdown(string[] header, IEnumerable<string[]> rows)
    {
        var all = rows.Prepend(header).Select(r => r.Select(c => c.Replace("|", "\\|", StringComparison.Ordinal)).ToArray()).ToList();
        var widths = header.Select((_, c) => Math.Max(3, all.Max(r => r[c].Length))).ToArray();
        var lines = all.Select(r => $"| {string.Join(" | ", r.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c])))} |").ToList();
        lines.Insert(1, $"|{string.Concat(widths.Select((w, c) => $" {(c == 0 ? new string('-', w) : new string('-', w - 1) + ':')} |"))}");
        return string.Concat(lines.Select(l => $"{l}\n"));
    }
}
