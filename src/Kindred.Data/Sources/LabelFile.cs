using System.Globalization;
using Kindred.Data.Files;
using Kindred.Io.Csv;

namespace Kindred.Data.Sources;

/// <summary>A file of names and labels, one picture a row, checked row by row.</summary>
/// <remarks>
/// A table (<see cref="CsvTable"/>) of names and labels, <c>name label</c> with a whole number behind a space, or a plain list of names. A header is
/// known by its words, or because it looks like no file where all other rows do; where neither tells, it is asked for (<see cref="ListLayout"/>),
/// so that a header is never taken for a picture. Labels are class names, or numbers from 0. A list without any labels is a plain list of names.
/// </remarks>
public sealed class LabelFile
{
    /// <summary>Four bytes a letter at most, and no path of Linux has more than 4,096.</summary>
    const int MaxName = 16_000;

    readonly List<string> names = [];
    readonly List<string?> texts = [];
    readonly List<int> lines = [];
    readonly CsvTable table;
    int[] labels = [];

    LabelFile(CsvTable table) => this.table = table;

    /// <summary>The names, in the file's order.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>The labels, in the file's order; −1 throughout if the file has none.</summary>
    public IReadOnlyList<int> Labels => labels;

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; private set; } = [];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="classesPath">A file with one class name a line, which fixes the classes and their order; or null.</param>
    /// <param name="layout">What the file leaves open; left out, its content tells.</param>
    /// <exception cref="DataException">The file is missing, or a line of it is wrong; the message has the line's number.</exception>
    public static LabelFile Read(string path, string? classesPath = null, ListLayout? layout = null)
    {
        var table = CsvTable.Open(path, FileNames.Decode);
        var file = new LabelFile(table);
        var columns = ListColumns.Find(table, layout ?? new());
        foreach (var row in table.Rows().Skip(columns.Header ? 1 : 0))
            file.Add(row, columns);
        if (file.names.Count == 0)
            throw new DataException($"{path} names no pictures");
        var classes = classesPath is null ? null : ReadClasses(classesPath);
        file.Resolve(classes);
        return file;
    }

    /// <summary>The labels of a source's pictures, by name.</summary>
    /// <param name="source">Its names are looked up, whole or without folders.</param>
    /// <exception cref="DataException">A picture has no line.</exception>
    public int[] LabelsFor(IPictures source)
    {
        var rows = names.Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
        var result = new int[source.Count];
        for (var i = 0; i < source.Count; i++)
        {
            var name = source.Name(i);
            if (!rows.TryGetValue(name, out var row) && !rows.TryGetValue(name[(name.LastIndexOf('/') + 1)..], out row))
            {
                throw new DataException(
                    $"{table.Path} has {names.Count} rows (to line {lines[^1]}) and none for {FileNames.Printable(name)}; {source.Description} has {source.Count} pictures, and each needs a row");
            }
            result[i] = labels[row];
        }
        return result;
    }

    void Add(in CsvRow row, ListColumns columns)
    {
        var (name, label) = (row.Cells[columns.Name], columns.Label < 0 ? null : row.Cells[columns.Label]);
        if (columns.Label < 0 && row.Cells.Length == 1 && !row.Quoted[0])
            (name, label) = AtSpace(name);
        if (name.Length == 0)
            throw Wrong(row.Line, "a label without a name");
        if (name.Length > MaxName)
            throw Wrong(row.Line, $"a name of {name.Length} letters; at most {MaxName} are read");
        if (label is { Length: 0 })
            throw Wrong(row.Line, "an empty label");
        if (texts.Count > 0 && texts[0] is null != label is null)
            throw Wrong(row.Line, label is null ? "a name without a label, unlike the lines before" : "a label, unlike the lines before");
        names.Add(name);
        texts.Add(label);
        lines.Add(row.Line);
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
            if (!seen.TryAdd(names[i], lines[i]))
                throw Wrong(lines[i], $"{FileNames.Printable(names[i])} again; it stands in line {seen[names[i]]} already");
        }
        labels = new int[names.Count];
        if (texts[0] is null)
            Array.Fill(labels, -1);
        else if (texts.TrueForAll(text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)))
            ResolveNumbers(classes);
        else
            ResolveNames(classes);
    }

    void ResolveNumbers(List<string>? classes)
    {
        var largest = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var label = int.Parse(texts[i]!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            if (label < 0)
                throw Wrong(lines[i], $"label {label}; labels count from 0");
            if (classes is not null && label >= classes.Count)
                throw Wrong(lines[i], $"label {label}; the list of classes has {classes.Count}, so 0 to {classes.Count - 1}");
            if (classes is null && label >= Math.Max(names.Count, 2))
                throw Wrong(lines[i], $"label {label}, which makes {label + 1L} classes for {names.Count} pictures; if that is meant, name the classes with ?classes=FILE");
            labels[i] = label;
            largest = Math.Max(largest, label);
        }
        Classes = classes ?? [.. Enumerable.Range(0, largest + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];
    }

    void ResolveNames(List<string>? classes)
    {
        classes ??= [.. texts.Distinct().Select(text => text!).Order(StringComparer.Ordinal)];
        var labelOf = classes.Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
        for (var i = 0; i < labels.Length; i++)
        {
            if (!labelOf.TryGetValue(texts[i]!, out labels[i]))
                throw Wrong(lines[i], $"class '{texts[i]}', which the list of classes does not have");
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

    DataException Wrong(int line, string what) => table.Wrong(line, what);
}
