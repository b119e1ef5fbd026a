using Kindred.Io.Csv;

namespace Kindred.Experiments.Embeddings;

/// <summary>Labels of some samples by their names, as a person writes them: a table of <c>name,label</c>.</summary>
public static class LabelTable
{
    /// <summary>Reads a table.</summary>
    /// <param name="path">CSV or TSV of two columns; a header <c>name,label</c> may stand above. An empty label is none.</param>
    /// <param name="among">The samples.</param>
    /// <returns>A label a sample, null for none.</returns>
    /// <exception cref="DataException">A line is wrong, or names no sample; the message has file and line.</exception>
    public static string?[] Read(string path, Collection among)
    {
        ArgumentNullException.ThrowIfNull(among);
        var rows = new Dictionary<string, int>(among.Names.Count);
        for (var i = 0; i < among.Names.Count; i++) rows.TryAdd(among.Names[i], i);
        var (table, labels, first) = (CsvTable.Open(path), new string?[among.Names.Count], true);
        foreach (var row in table.Rows())
        {
            if (row.Cells.Length != 2) throw table.Wrong(row.Line, $"{row.Cells.Length} cells; expected are a name and a label");
            var header = first && !rows.ContainsKey(row.Cells[0]) && row.Cells[0] is "name" or "path" or "file";
            first = false;
            if (header) continue;
            if (!rows.TryGetValue(row.Cells[0], out var sample))
                throw table.Wrong(row.Line, $"'{row.Cells[0]}' is no name of the {among.Names.Count} samples{Suggest.Nearest(row.Cells[0], rows.Keys.Take(10_000))}, such as '{among.Names[0]}'");
            if (labels[sample] is { } before && before != row.Cells[1]) throw table.Wrong(row.Line,
                $"'{row.Cells[0]}' is '{row.Cells[1]}' here, and was '{before}' before");
            labels[sample] = row.Cells[1].Length > 0 ? row.Cells[1] : null;
        }
        return labels;
    }
}
