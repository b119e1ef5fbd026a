using System.Globalization;
using Kindred.Io;
using Kindred.Torch;

namespace Kindred.Experiments.Studies;

/// <summary>Columns of numbers out of a user's file: <c>data.csv:height,weight</c>, <c>features.npy</c>, <c>embeddings.safetensors:train</c>.</summary>
/// <remarks>
/// What follows the last colon picks: columns of a table by name, number (from 1) or range (<c>3-7</c>), or an array of a safetensors file.
/// A csv file may be separated by commas, semicolons or tabs, and may begin with a line of names.
/// </remarks>
public static class NumberFile
{
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
        string[] lines = [.. Lines(path).Where(line => line.Length > 0)];
        if (lines.Length == 0)
            throw new DataException($"{path} is empty.");
        var separator = lines[0].Contains('\t', StringComparison.Ordinal) ? '\t' : lines[0].Contains(';', StringComparison.Ordinal) ? ';' : ',';
        string[] Cells(string line) => [.. line.Split(separator).Select(cell => cell.Trim().Trim('"'))];

        var first = Cells(lines[0]);
        var names = first.All(cell => TryNumber(cell, out _)) ? null : first;
        var rows = names is null ? lines : lines[1..];
        var picked = Picked(path, pick, first.Length, names);
        var values = new double[rows.Length * picked.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            var cells = Cells(rows[row]);
            for (int c = 0; c < picked.Length; c++)
                if (picked[c] >= cells.Length || !TryNumber(cells[picked[c]], out values[row * picked.Length + c]))
                    throw new DataException($"{path}, line {row + (names is null ? 1 : 2)}, column {names?[picked[c]] ?? $"{picked[c] + 1}"}: " +
                        $"'{(picked[c] < cells.Length ? cells[picked[c]] : "")}' is no number; pick the columns that hold numbers, as {path}:1,3.");
        }
        return Tensor.From<double>(values, [rows.Length, picked.Length]);
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
        foreach (var part in pick.Split(',', StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-');
            if (names is not null && System.Array.IndexOf(names, part) is >= 0 and var named)
                picked.Add(named);
            else if (ends.Length <= 2 && ends.All(end => int.TryParse(end, out var column) && column >= 1 && column <= columns))
                picked.AddRange(Enumerable.Range(int.Parse(ends[0], CultureInfo.InvariantCulture) - 1, Math.Max(0, int.Parse(ends[^1], CultureInfo.InvariantCulture) - int.Parse(ends[0], CultureInfo.InvariantCulture) + 1)));
            else
                throw new DataException($"{path} has no column '{part}'{(names is null ? "" : Suggest.Nearest(part, names))}; it has {(names is null ? $"columns 1 to {columns}" : Suggest.Some(names))}.");
        }
        return [.. picked];
    }

    static string[] Lines(string path)
    {
        if (!File.Exists(path))
            throw new DataException($"{path}: there is no such file.");
        return RegularFile.ReadAllLines(path);
    }

    static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
