using System.Globalization;
using Kindred.Io;
using Kindred.Io.Csv;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>Columns of numbers out of a user's file: <c>data.csv:height,weight</c>, <c>features.npy</c>, <c>embeddings.safetensors:train</c>.</summary>
/// <remarks>
/// What follows the last colon picks: columns of a table by name, number (from 1) or range (<c>3-7</c>), or an array of a safetensors file.
/// A table (<see cref="CsvTable"/>) may be divided by commas, semicolons or tabs, and may begin with a row of names.
/// </remarks>
public static class NumberFile
{
    /// <summary>Rows that are looked at to tell a header.</summary>
    const int Sampled = 1000;

    /// <summary>What stands where a number is missing: no name of a column.</summary>
    static readonly HashSet<string> Missing = new(["", "NA", "N/A", "null", "none", "?", "-", "."], StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the picked columns.</summary>
    /// <param name="reference">A file, and after a colon what of it.</param>
    /// <returns>Float64 `[N, D]`; a list of single numbers is one column, further dimensions are flattened.</returns>
    /// <exception cref="DataException">The file or the column is not there, or holds something else than numbers.</exception>
    public static Tensor Read(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var colon = reference.LastIndexOf(':');
        var (path, pick) = colon > 1 && !File.Exists(reference) ? (reference[..colon], reference[(colon + 1)..]) : (reference, "");
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".npy" => Columns(path, pick, Flat(Npy.Read(path)), names: null),
            ".safetensors" => Flat(Array(path, pick)),
            ".csv" or ".tsv" or ".txt" => Csv(path, pick),
            var other => throw new DataException($"{path}: files ending in '{other}' are not read here; give .csv, .tsv, .npy or .safetensors."),
        };
    }

    static Tensor Flat(NamedArray array)
    {
        long rows = array.Shape.Length == 0 ? 1 : array.Shape[0];
        return Tensor.From<double>(array.ToDoubles(), [rows, rows == 0 ? 0 : array.Count / rows]);
    }

    static NamedArray Array(string path, string name)
    {
        using var file = SafeTensorsFile.Open(path);
        var names = file.Entries.Select(entry => entry.Name).ToArray();
        if (name.Length == 0)
            return names.Length == 1 ? file.Read(names[0]) : throw new DataException($"{path} holds {names.Length} arrays ({Suggest.Some(names)}): say which, as {path}:{names.FirstOrDefault()}.");
        return file.Contains(name) ? file.Read(name) : throw new DataException($"{path} has no array '{name}'{Suggest.Nearest(name, names)}; it has {Suggest.Some(names)}.");
    }

    static Tensor Csv(string path, string pick)
    {
        var table = CsvTable.Open(path);
        CsvRow[] sample = [.. table.Rows().Take(Sampled)];
        if (sample.Length == 0)
            throw new DataException($"{path} is empty.");
        var first = sample[0].Cells;
        var names = IsHeader(sample) ? first : null;
        var picked = Picked(path, pick, first.Length, names);
        var values = new List<double>();
        foreach (var row in table.Rows().Skip(names is null ? 0 : 1))
        {
            foreach (var column in picked)
            {
                values.Add(TryNumber(row.Cells[column], out var value) ? value : throw table.Wrong(row.Line,
                    $"column {names?[column] ?? $"{column + 1}"}: '{row.Cells[column]}' is no number; pick the columns that hold numbers, as {path}:1,3."));
            }
        }
        if (values.Count == 0 && picked.Length > 0)
            throw new DataException($"{path} has a header ({Suggest.Some(first)}) and no rows below it.");
        return Tensor.From<double>(values.ToArray(), [picked.Length == 0 ? 0 : values.Count / picked.Length, picked.Length]);
    }

    /// <summary>Whether the first row names the columns: a column of numbers has something else there, or it counts the columns from 0 as pandas does.</summary>
    static bool IsHeader(CsvRow[] rows)
    {
        var first = rows[0].Cells;
        bool Number(int row, int column) => TryNumber(rows[row].Cells[column], out _);
        var inFirst = Enumerable.Range(0, first.Length).Count(c => Number(0, c));
        if (inFirst == first.Length)
            return first.Length > 2 && rows.Length > 1 && first.Index().All(c => c.Item == $"{c.Index}") && rows[1..].Any(row => row.Cells.Any(cell => !long.TryParse(cell, out _)));
        var numeric = Enumerable.Range(0, first.Length).Where(c => rows.Length > 1 && Enumerable.Range(1, rows.Length - 1).All(r => Number(r, c))).ToArray();
        return numeric.Length == 0 ? inFirst == 0 : numeric.Any(c => !Number(0, c) && !Missing.Contains(first[c]));
    }

    static Tensor Columns(string path, string pick, Tensor table, string[]? names)
    {
        var picked = Picked(path, pick, (int)table.Size(1), names);
        return table.IndexSelect(1, Tensor.From<long>([.. picked.Select(c => (long)c)], [picked.Length]));
    }

    static int[] Picked(string path, string pick, int columns, string[]? names)
    {
        if (pick.Length == 0)
            return [.. Enumerable.Range(0, columns)];
        var picked = new List<int>();
        if (names is not null && System.Array.IndexOf(names, pick) is >= 0 and var whole)
            return [One(whole)];
        foreach (var part in pick.Split(',', StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-');
            if (names is not null && System.Array.IndexOf(names, part) is >= 0 and var named)
                picked.Add(One(named));
            else if (ends.Length <= 2 && ends.All(end => int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var column) && column >= 1 && column <= columns)
                && int.Parse(ends[0], CultureInfo.InvariantCulture) <= int.Parse(ends[^1], CultureInfo.InvariantCulture))
                picked.AddRange(Enumerable.Range(int.Parse(ends[0], CultureInfo.InvariantCulture) - 1,
                    int.Parse(ends[^1], CultureInfo.InvariantCulture) - int.Parse(ends[0], CultureInfo.InvariantCulture) + 1));
            else
                throw new DataException($"{path} has no column '{part}'{(names is null ? "" : Suggest.Nearest(part, names))}; it has "
                    + $"{(names is null ? $"columns 1 to {columns}" : Suggest.Some(names))}.");
        }
        return [.. picked];

        int One(int column) => names.Count(n => n == names[column]) == 1 ? column
            : throw new DataException($"{path}: {names.Count(n => n == names[column])} columns are called '{names[column]}'; pick them by their numbers, such as {column + 1}.");
    }

    static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
