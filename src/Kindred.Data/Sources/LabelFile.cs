using System.Globalization;
using Kindred.Data.Files;
using Kindred.Io.Csv;

namespace Kindred.Data.Sources;

/// <summary>A file of names and labels, one picture a row, checked row by row.</summary>
/// <remarks>
/// A table (<see cref="CsvTable"/>) of names and labels, <c>name label</c> with a whole number behind a space, or a plain list of names. A header is
/// known by its words, or because it looks like no file where all other rows do; where neither tells, it is asked for (<see cref="ListLayout"/>),
/// so that a header is never taken for a picture. Labels are class names, or numbers from 0; an empty cell is none. A list without any labels is a plain list of
/// names. A column may say which part a picture is of, or a folder holds a list for each part: <c>train.csv</c>, <c>test.csv</c> (<see cref="ListFolder"/>).
/// </remarks>
public sealed class LabelFile
{
    /// <summary>Four bytes a letter at most, and no path of Linux has more than 4,096.</summary>
    const int MaxName = 16_000;

    readonly List<string> names = [];
    readonly List<string?> texts = [];
    readonly List<string?> splits = [];
    readonly List<(CsvTable Table, int Line)> places = [];
    readonly string path;
    int[] labels = [];

    LabelFile(string path) => this.path = path;

    /// <summary>The names, in the file's order.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>The labels, in the file's order; −1 for none.</summary>
    public IReadOnlyList<int> Labels => labels;

    /// <summary>The part that each is of (train, val, test, or as the file calls it), in the file's order; null for none.</summary>
    public IReadOnlyList<string?> Splits => splits;

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; private set; } = [];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, or a folder with one for each part.</param>
    /// <param name="classesPath">A file with one class name a line, which fixes the classes and their order; or null.</param>
    /// <param name="layout">What the file leaves open; left out, its content tells.</param>
    /// <exception cref="DataException">The file is missing, or a line of it is wrong; the message has the line's number.</exception>
    public static LabelFile Read(string path, string? classesPath = null, ListLayout? layout = null)
    {
        var file = new LabelFile(path);
        foreach (var (part, at) in ListFolder.Of(path))
        {
            var table = CsvTable.Open(at, FileNames.Decode);
            var columns = ListColumns.Find(table, layout ?? new());
            foreach (var row in table.Rows().Skip(columns.Header ? 1 : 0))
                file.Add(table, row, columns, part);
        }
        if (file.names.Count == 0)
            throw new DataException($"{path} names no pictures");
        var classes = classesPath is null ? null : ReadClasses(classesPath);
        file.Resolve(classes);
        return file;
    }

    /// <summary>The labels of a source's pictures, by name.</summary>
    /// <param name="source">Its names are looked up, whole or without folders.</param>
    /// <returns>A label for each picture, −1 for those without a line.</returns>
    /// <exception cref="DataException">No picture at all has a line.</exception>
    public int[] LabelsFor(IPictures source)
    {
        var rows = names.Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
        var result = new int[source.Count];
        var found = 0;
        for (var i = 0; i < source.Count; i++)
        {
            var name = source.Name(i);
            if (!rows.TryGetValue(name, out var row) && !rows.TryGetValue(name[(name.LastIndexOf('/') + 1)..], out row))
            {
                result[i] = -1;
                continue;
            }
            result[i] = labels[row];
            found++;
        }
        return found > 0 ? result : throw new DataException($"{path} has {names.Count} rows (to line {places[^1].Line}), and none is for a picture of {source.Description}: its first names "
            + $"{FileNames.Printable(names[0])}, and the first picture is {FileNames.Printable(source.Name(0))}; name pictures by their path below the folder, or by their file's name alone");
    }

    void Add(CsvTable table, in CsvRow row, ListColumns columns, string? part)
    {
        var (name, label) = (row.Cells[columns.Name], columns.Label < 0 ? null : row.Cells[columns.Label]);
        if (columns.Label < 0 && row.Cells.Length == 1 && !row.Quoted[0])
            (name, label) = AtSpace(name);
        if (name.Length == 0)
            throw table.Wrong(row.Line, "a label without a name");
        if (name.Length > MaxName)
            throw table.Wrong(row.Line, $"a name of {name.Length} letters; at most {MaxName} are read");
        if (texts.Count > 0 && places[^1].Table == table && texts[^1] is null != label is null)
            throw table.Wrong(row.Line, label is null ? "a name without a label, unlike the lines before" : "a label, unlike the lines before");
        var split = columns.Split < 0 ? null : row.Cells[columns.Split];
        names.Add(name);
        texts.Add(label);
        splits.Add(part ?? (string.IsNullOrEmpty(split) ? null : SplitLayout.Canonical(split) ?? split));
        places.Add((table, row.Line));
    }

    /// <summary>The list format of Caffe and its heirs: a name, a space, a number.</summary>
    static (string Name, string? Label) AtSpace(string cell) =>
        cell.LastIndexOf(' ') is > 0 and var space && int.TryParse(cell.AsSpan(space + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            ? (cell[..space].TrimEnd(), cell[(space + 1)..])
            : (cell, null);

    void Resolve(List<string>? classes)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (seen.TryAdd(names[i], i))
                continue;
            var before = places[seen[names[i]]];
            throw Wrong(i, $"{FileNames.Printable(names[i])} again; it stands in line {before.Line} {(before.Table == places[i].Table ? "" : $"of {before.Table.Path} ")}already");
        }
        labels = new int[names.Count];
        Array.Fill(labels, -1);
        if (texts.TrueForAll(string.IsNullOrEmpty))
            return;
        if (texts.TrueForAll(text => string.IsNullOrEmpty(text) || int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)))
            ResolveNumbers(classes);
        else
            ResolveNames(classes);
    }

    void ResolveNumbers(List<string>? classes)
    {
        var largest = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            if (string.IsNullOrEmpty(texts[i]))
                continue;
            var label = int.Parse(texts[i]!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            if (label < 0)
                throw Wrong(i, $"label {label}; labels count from 0");
            if (classes is not null && label >= classes.Count)
                throw Wrong(i, $"label {label}; the list of classes has {classes.Count}, so 0 to {classes.Count - 1}");
            if (classes is null && label >= Math.Max(names.Count, 2))
                throw Wrong(i, $"label {label}, which makes {label + 1L} classes for {names.Count} pictures; if that is meant, name the classes with ?classes=FILE");
            labels[i] = label;
            largest = Math.Max(largest, label);
        }
        Classes = classes ?? [.. Enumerable.Range(0, largest + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];
    }

    void ResolveNames(List<string>? classes)
    {
        classes ??= [.. texts.Where(text => !string.IsNullOrEmpty(text)).Distinct().Select(text => text!).Order(StringComparer.Ordinal)];
        var labelOf = classes.Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
        for (var i = 0; i < labels.Length; i++)
        {
            if (!string.IsNullOrEmpty(texts[i]) && !labelOf.TryGetValue(texts[i]!, out labels[i]))
                throw Wrong(i, $"class '{texts[i]}', which the list of classes does not have");
        }
        Classes = classes;
    }

    /// <summary>Class names are whole lines, not cells: they may hold commas and quotes.</summary>
    static List<string> ReadClasses(string path)
    {
        var (classes, seen) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        var number = 0;
        foreach (var text in CsvTable.ReadText(path, FileNames.Decode).Split('\n'))
        {
            number++;
            var line = text.EndsWith('\r') ? text[..^1] : text;
            if (line.Length == 0)
                continue;
            if (!seen.Add(line))
                throw new DataException($"{path}, line {number}: class '{line}' again");
            classes.Add(line);
        }
        return classes.Count > 0 ? classes : throw new DataException($"{path} names no classes");
    }

    DataException Wrong(int row, string what) => places[row].Table.Wrong(places[row].Line, what);
}
