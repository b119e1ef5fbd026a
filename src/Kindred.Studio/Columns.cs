using System.Globalization;
using System.Numerics.Tensors;
using Kindred.Experiments.Embeddings;
using Kindred.Index;
using Kindred.Index.Analysis;
using Kindred.Io.Csv;

namespace Kindred.Studio;

/// <summary>Something that a map can be coloured by.</summary>
/// <param name="Id">What the page calls it.</param>
/// <param name="Name">What people call it: the table and its column, or what is worked out.</param>
sealed record ColumnName(string Id, string Name);

/// <summary>A value for each vector: a number, or a text by its number.</summary>
/// <param name="Labels">The texts; null of numbers.</param>
/// <param name="Values">The numbers; NaN for none.</param>
sealed record Column(IReadOnlyList<string>? Labels, float[] Values);

/// <summary>The columns of a file of vectors: those of tables beside it that have a column <c>name</c>, and what the vectors themselves say.</summary>
static class Columns
{
    /// <summary>Groups by k-means.</summary>
    internal const string Cluster = "cluster";

    /// <summary>Distance to the tenth nearest: large where a vector stands alone.</summary>
    internal const string Alone = "alone";

    const int MostTables = 16, MostClusters = 20, Neighbour = 10;
    const long MostBytes = 64 << 20;

    /// <summary>What there is. Tables are opened to read their first line only.</summary>
    internal static IReadOnlyList<ColumnName> Of(Place file, bool worked) =>
        [.. worked ? new ColumnName[] { new(Cluster, Cluster), new(Alone, Alone) } : [], .. Tables(file).SelectMany(t =>
            Head(t).Skip(1).Select(c => new ColumnName(IdOf(t, c), $"{Path.GetFileName(t)}: {c}")))];

    /// <summary>One column of a table; null where there is none of this id.</summary>
    internal static Column? Read(Place file, Collection all, string id)
    {
        foreach (var table in Tables(file))
        {
            var place = Array.FindIndex(Head(table), c => IdOf(table, c) == id);
            if (place > 0) return Read(table, place, all);
        }
        return null;
    }

    /// <summary>Groups of near ones, the largest first.</summary>
    internal static Column Clusters(Collection all)
    {
        var metric = all.Index?.Metric ?? Metric.Cosine;
        var options = new SearchOptions { Threads = 1 };
        var typical = Selection.Typical(all.Vectors, Math.Clamp(all.Vectors.Count / 20, 2, MostClusters), metric, options: options);
        using var centres = Vectors.Of(typical.SelectMany(c => all.Vectors[c.Row].ToArray()).ToArray(), all.Vectors.Dimension);
        float[] own = [.. ExactSearch.Find(centres, all.Vectors, 1, metric, options).Select(n => (float)n[0].Row)];
        return new([.. typical.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1}: {all.Names[c.Row]}"))], own);
    }

    /// <summary>How far the tenth nearest is.</summary>
    internal static Column Solitude(NearestGraph nearest) =>
        new(null, [.. Enumerable.Range(0, nearest.Count).Select(i => nearest[i] is { Length: > 0 } near ? 1 - near[Math.Min(Neighbour, near.Length) - 1].Score : float.NaN)]);

    static IEnumerable<string> Tables(Place file) => RunsApi.Files(Path.GetDirectoryName(file.Path)!, ".csv")
        .Where(f => f.Length <= MostBytes && !f.Name.EndsWith(".names.csv", StringComparison.Ordinal)).Select(f => f.FullName).Where(f => Head(f) is ["name", _, ..]).Take(MostTables);

    static string IdOf(string table, string column) => Catalog.IdOf($"{Path.GetFileName(table)}\n{column}");

    // The name's column is looked for anywhere in the first line and is then taken as the first.
    static string[] Head(string table)
    {
        try { return First(table) is { } cells && Array.IndexOf(cells, "name") is >= 0 and var at ? ["name", .. cells.Where((_, i) => i != at)] : []; }
        catch (Exception e) when (e is DataException or IOException or UnauthorizedAccessException) { return []; }
    }

    static string[]? First(string table)
    {
        using var reader = new StreamReader(table);
        return reader.ReadLine()?.Split(',') is { Length: > 1 and < 100 } cells ? [.. cells.Select(c => c.Trim().Trim('"'))] : null;
    }

    static Column Read(string table, int place, Collection all)
    {
        var rows = new Dictionary<string, int>(all.Names.Count);
        for (var i = 0; i < all.Names.Count; i++) rows.TryAdd(all.Names[i], i);
        var texts = new string?[all.Names.Count];
        var cells = First(table)!;
        var name = Array.IndexOf(cells, "name");
        var at = place <= name ? place - 1 : place;
        foreach (var row in CsvTable.Open(table).Rows().Skip(1))
            if (row.Cells.Length == cells.Length && rows.TryGetValue(row.Cells[name], out var own) && row.Cells[at].Length > 0) texts[own] = row.Cells[at];
        if (texts.All(t => t is null || float.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) && texts.OfType<string>().Any())
            return new(null, [.. texts.Select(t => t is null ? float.NaN : float.Parse(t, NumberStyles.Float, CultureInfo.InvariantCulture))]);
        var labelling = Labelling.Of(texts);
        return new(labelling.Names, [.. labelling.Numbers.Select(n => n < 0 ? float.NaN : n)]);
    }

    /// <summary>The smallest and the largest of what is a number.</summary>
    internal static (float Low, float High) Range(float[] values)
    {
        float[] finite = [.. values.Where(float.IsFinite)];
        return finite.Length == 0 ? (0, 0) : (TensorPrimitives.Min<float>(finite), TensorPrimitives.Max<float>(finite));
    }
}
