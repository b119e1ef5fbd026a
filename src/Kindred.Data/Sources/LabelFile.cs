using System.Globalization;
using Kindred.Data.Files;
using Kindred.Io;

namespace Kindred.Data.Sources;

/// <summary>A file of names and labels, one picture a line, checked line by line.</summary>
/// <remarks>
/// <c>name,label</c>, <c>name TAB label</c> or <c>name label</c>; a byte-order mark, CRLF, empty lines, quotes round a CSV cell and one
/// header line are taken in stride. Labels are class names, or numbers from 0. A list without any labels is a plain list of names.
/// </remarks>
public sealed class LabelFile
{
    static readonly string[] Headers = ["path", "name", "file", "filename", "image", "picture", "id"];

    readonly List<string> names = [];
    readonly List<string?> texts = [];
    readonly List<int> lines = [];
    readonly string path;
    int[] labels = [];

    LabelFile(string path) => this.path = path;

    /// <summary>The names, in the file's order.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>The labels, in the file's order; −1 throughout if the file has none.</summary>
    public IReadOnlyList<int> Labels => labels;

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; private set; } = [];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="classesPath">A file with one class name a line, which fixes the classes and their order; or null.</param>
    /// <exception cref="DataException">The file is missing, or a line of it is wrong; the message has the line's number.</exception>
    public static LabelFile Read(string path, string? classesPath = null)
    {
        var file = new LabelFile(path);
        var number = 0;
        foreach (var line in Lines(path))
            file.Add(line, ++number);
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
                    $"{path} has {names.Count} rows (to line {lines[^1]}) and none for {FileNames.Printable(name)}; {source.Description} has {source.Count} pictures, and each needs a row");
            }
            result[i] = labels[row];
        }
        return result;
    }

    void Add(string line, int number)
    {
        if (line.Length == 0)
            return;
        var (name, label) = Split(line, number);
        if (names.Count == 0 && Headers.Contains(name.ToLowerInvariant()) && (label is null || !int.TryParse(label, CultureInfo.InvariantCulture, out _)))
            return;
        if (texts.Count > 0 && texts[0] is null != label is null)
            throw Wrong(number, label is null ? "a name without a label, unlike the lines before" : "a label, unlike the lines before");
        names.Add(name);
        texts.Add(label);
        lines.Add(number);
    }

    (string Name, string? Label) Split(string line, int number)
    {
        if (line[0] == '"')
        {
            var end = line.IndexOf('"', 1);
            while (end >= 0 && end + 1 < line.Length && line[end + 1] == '"')
                end = line.IndexOf('"', end + 2);
            if (end < 0)
                throw Wrong(number, "a quote that does not end");
            var rest = line[(end + 1)..];
            if (rest.Length > 0 && rest[0] is not (',' or '\t'))
                throw Wrong(number, "text behind a closing quote");
            return (line[1..end].Replace("\"\"", "\"", StringComparison.Ordinal), rest.Length == 0 ? null : Cell(rest[1..], number));
        }
        var at = line.IndexOf('\t', StringComparison.Ordinal);
        at = at >= 0 ? at : line.LastIndexOf(',');
        if (at < 0 && line.LastIndexOf(' ') is > 0 and var space && int.TryParse(line[(space + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            at = space;
        if (at == 0)
            throw Wrong(number, "a label without a name");
        return at < 0 ? (line, null) : (line[..at].Trim(), Cell(line[(at + 1)..], number));
    }

    string Cell(string text, int number)
    {
        text = text.Trim();
        if (text is ['"', .., '"'])
            text = text[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal);
        return text.Length > 0 ? text : throw Wrong(number, "an empty label");
    }

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

    static List<string> ReadClasses(string path)
    {
        var classes = new List<string>();
        var number = 0;
        foreach (var line in Lines(path))
        {
            number++;
            if (line.Length == 0)
                continue;
            if (classes.Contains(line) && classes.Count < 100_000)
                throw new DataException($"{path}, line {number}: class '{line}' again");
            classes.Add(line);
        }
        return classes.Count > 0 ? classes : throw new DataException($"{path} names no classes");
    }

    static IEnumerable<string> Lines(string path)
    {
        if (!File.Exists(path))
            throw new DataException($"there is no file {path}; looked for from {Environment.CurrentDirectory}");
        var bytes = RegularFile.ReadAllBytes(path).AsMemory();
        if (bytes.Span.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        while (!bytes.IsEmpty)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            var line = end < 0 ? bytes : bytes[..end];
            if (!line.IsEmpty && line.Span[^1] == (byte)'\r')
                line = line[..^1];
            if (line.Span.Contains((byte)0))
                throw new DataException($"{path} is not text: it has a zero byte");
            yield return FileNames.Decode(line.Span);
            bytes = end < 0 ? default : bytes[(end + 1)..];
        }
    }

    DataException Wrong(int line, string what) => new($"{path}, line {line}: {what}");
}
