using System.Globalization;
using System.Text.RegularExpressions;
using Kindred.Data.Files;
using Kindred.Io.Csv;

namespace Kindred.Data.Sources;

/// <summary>Where the names and the labels of a list stand, and whether its first row is a header: told by the content, or asked for.</summary>
/// <param name="Name">The column of the names.</param>
/// <param name="Label">The column of the labels; −1 if there is none.</param>
/// <param name="Split">The column that says which part a picture is of; −1 if there is none.</param>
/// <param name="Header">Whether the first row names the columns.</param>
readonly partial record struct ListColumns(int Name, int Label, int Split, bool Header)
{
    const int Sampled = 1000;
    const string Ask = "say ?header=yes or ?header=no (from code: ListLayout)";

    /// <summary>Looks at the first rows of a list.</summary>
    /// <exception cref="DataException">The columns or the header cannot be told, or what was said does not fit.</exception>
    internal static ListColumns Find(CsvTable table, ListLayout layout)
    {
        CsvRow[] rows = [.. table.Rows().Take(Sampled)];
        if (rows.Length == 0)
            return new(0, -1, -1, false);
        var first = rows[0].Cells;
        var (name, label, split) = layout.Name is not null ? Said(table, layout, first) : Told(table, rows);
        var named = layout.Name is not null && new[] { layout.Name, layout.Label, layout.Split }.Any(text => text is not null && !IsNumber(text));
        if (named && layout.Header == false)
            throw new DataException($"{table.Path}: columns are asked for by name, but header=no; give their numbers, from 1");
        return new(name, label, split, layout.Header ?? (named || IsHeader(table, rows, name, label)));
    }

    static (int Name, int Label, int Split) Said(CsvTable table, ListLayout layout, string[] first) =>
        (Column(table, layout.Name!, first), layout.Label is { } label ? Column(table, label, first) : -1, layout.Split is { } split ? Column(table, split, first) : -1);

    static int Column(CsvTable table, string wanted, string[] first)
    {
        if (Array.IndexOf(first, wanted) is >= 0 and var at)
            return at;
        return int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= first.Length
            ? number - 1
            : throw table.Wrong(1, $"no column '{wanted}'{Suggest.Nearest(wanted, first)}; there are {first.Length}: {Suggest.Some(first.Select(FileNames.Printable))}");
    }

    // A column under a word for it, which says train, val or test in every row, is no class: what is left of the columns is looked at without it.
    static (int Name, int Label, int Split) Told(CsvTable table, CsvRow[] rows)
    {
        var first = rows[0].Cells;
        if (rows.Length > 1 && Array.FindIndex(first, IsSplitWord) is >= 0 and var split && Array.TrueForAll(rows[1..], row => IsSplit(row.Cells, split)))
        {
            int[] others = [.. Enumerable.Range(0, first.Length).Where(c => c != split)];
            var (name, label) = others.Length == 0 ? (0, -1) : Told(table, [.. rows.Select(row => row with { Cells = [.. others.Select(c => row.Cells[c])] })], others.Length);
            return (others[name], label < 0 ? -1 : others[label], split);
        }
        var (plain, its) = Told(table, rows, first.Length);
        return (plain, its, -1);
    }

    static bool IsSplit(string[] cells, int column) => column < cells.Length && SplitLayout.Canonical(cells[column]) is not null;

    static (int Name, int Label) Told(CsvTable table, CsvRow[] rows, int columns)
    {
        var first = rows[0].Cells;
        int[] names = [.. Enumerable.Range(0, first.Length).Where(c => IsNameWord(first[c]))];
        int[] labels = [.. Enumerable.Range(0, first.Length).Where(c => IsLabelWord(first[c]))];
        if (names.Length > 1 && names.Where(c => AllFiles(rows[1..], c)).ToArray() is [var holding])
            names = [holding];
        switch (columns)
        {
            case 1:
                return (0, -1);
            case 2 when names.Length == 1:
                return (names[0], 1 - names[0]);
            case 2:
                var swapped = labels is [0] || (rows.Length > 1 && AllFiles(rows[1..], 1) && !rows[1..].Any(row => LooksLikeFile(row.Cells[0])));
                return swapped ? (1, 0) : (0, 1);
            default:
                return names.Length == 1 && labels.Length == 1
                    ? (names[0], labels[0])
                    : throw table.Wrong(rows[0].Line, $"{first.Length} columns ({Suggest.Some(first.Select(FileNames.Printable))}); which holds the pictures and which the labels? "
                        + "Say ?columns=NAME,LABEL or ?columns=NAME,LABEL,SPLIT by header or number (from code: ListLayout)");
        }
    }

    static bool IsHeader(CsvTable table, CsvRow[] rows, int name, int label)
    {
        var (first, rest) = (rows[0].Cells, rows[1..]);
        var number = label >= 0 && IsNumber(first[label]);
        if (IsNameWord(first[name]))
        {
            if (!number)
                return true;
        }
        else if (LooksLikeFile(first[name]) || first[name].Length == 0 || (label >= 0 && first[label].Length == 0))
        {
            return false; // empty cells are refused further on, by their line
        }
        if (rest.Length > 0 && AllFiles(rest, name))
            return true;
        if (label >= 0 && !number && rest.Length > 0 && rest.All(row => IsNumber(row.Cells[label]) || row.Cells[label].Length == 0) && rest.Any(row => row.Cells[label].Length > 0))
            return true;
        if (label >= 0 && IsLabelWord(first[label]) && !rest.Any(row => row.Cells[label] == first[label]))
            return true;
        if (!IsNameWord(first[name]) && first[name].AsSpan().ContainsAnyInRange('0', '9'))
            return false;
        throw table.Wrong(rows[0].Line, $"'{FileNames.Printable(string.Join(table.Separator, first))}' may be a picture or name the columns: {Ask}");
    }

    static bool AllFiles(CsvRow[] rows, int column) => rows.Length > 0 && Array.TrueForAll(rows, row => LooksLikeFile(row.Cells[column]));

    static bool IsNumber(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    static bool LooksLikeFile(string cell) => cell.Contains('/', StringComparison.Ordinal) || Extension().IsMatch(cell);

    /// <summary>Words that head a column of pictures: image, file_name, Image Path, img-id, filenames, …</summary>
    internal static bool IsNameWord(string cell) => NameWord().IsMatch(Plain(cell));

    /// <summary>Words that head a column of parts: split, subset, partition, set.</summary>
    static bool IsSplitWord(string cell) => Plain(cell) is "split" or "splits" or "subset" or "partition" or "set" or "part" or "dataset";

    internal static bool IsLabelWord(string cell) => LabelWord().IsMatch(Plain(cell));

    static string Plain(string cell) => cell.Length > 64 ? "" : string.Concat(cell.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    [GeneratedRegex(@"\.[A-Za-z][A-Za-z0-9]{1,4}( -?\d+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Extension();

    [GeneratedRegex("^((image|img|picture|pic|photo|file|sample|frame|full|rel|relative|abs|absolute)s?)*(image|img|picture|pic|photo|file|name|fname|path|fpath|id|url|uri|key|location|sample)s?$",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NameWord();

    [GeneratedRegex("^(image|img|picture|gt|true|fine)?(label|class|classes|category|categories|target|species|breed|annotation|gt|groundtruth|y)s?(name|id|index|idx|text|no|number)?s?$",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex LabelWord();
}
