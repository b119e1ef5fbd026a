using System.Globalization;
using System.IO.Enumeration;
using Kindred.Data.Sources;
using Kindred.Io;

namespace Kindred.Data.Text;

/// <summary>Reads sentences: <c>.txt</c> one a line, <c>.tsv</c> and <c>.csv</c> with one to three of them a row, each also as <c>.gz</c>, in folders and tar archives.</summary>
/// <remarks>
/// URI: <c>text:PATH</c>, where PATH is a file, a folder, a tar archive, or one of the two with a pattern behind a slash (<c>captions.tar/train.?.en.txt.gz</c>).
/// Keys: <c>columns</c>, <c>label</c>, <c>triples=COLUMN</c> (pairs become triples by what the
/// column says of them), <c>group=line</c> (files beside one another whose equal lines say the same), <c>min</c> and <c>max</c> words,
/// <c>lines=A-B</c>, <c>n</c>, <c>split</c>.
/// </remarks>
public static class TextFiles
{
    const long MostBytes = 1L << 30;

    /// <summary>The keys of a URI that this reader knows.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["columns", "label", "triples", "group", "min", "max", "lines", "n", "split"];

    /// <summary>Reads what a data URI names.</summary>
    /// <exception cref="ConfigurationException">A key is wrong.</exception>
    /// <exception cref="DataException">There is no text, or it is damaged; the message has file and line.</exception>
    public static Sentences Open(DataUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var files = Files(uri.Path);
        // A split that the files' names say needs no other. Where they name train or test alone, both parts are drawn from the rows: what is tested on is never learnt from.
        var (split, named) = (uri["split"], false);
        if (split is not null && Other(split) is var other && (other is null || files.Exists(f => Named(f.Name, other))) && files.FindAll(f => Named(f.Name, split)) is { Count: > 0 } own)
            (files, named) = (own, true);
        var parts = files.ConvertAll(f => TextTable.Read(f.Name, f.Bytes, uri));
        var set = uri["group"] switch
        {
            null => Joined(uri.Text, parts),
            "line" => BesideOneAnother(uri.Text, parts),
            var word => throw new ConfigurationException($"{uri}: group={word}; expected is line: files whose lines of one number say the same."),
        };
        set = Filtered(set, uri);
        return Some(named ? set : set.Split(split), uri);
    }

    /// <summary>At most as many rows as a URI's <c>n</c> says, evenly spread; never none.</summary>
    internal static Sentences Some(Sentences set, DataUri uri)
    {
        if (set.Rows.Count == 0) throw new DataException($"{uri}: there is no sentence{(uri.Query.Count > 0 ? " left of those keys" : "")}.");
        var most = Whole(uri, "n", 1);
        return most is null || most >= set.Rows.Count ? set : set.Of([.. Enumerable.Range(0, most.Value).Select(i => (int)((long)i * set.Rows.Count / most.Value))]);
    }

    static Sentences Filtered(Sentences set, DataUri uri)
    {
        var (least, most) = (Whole(uri, "min", 1), Whole(uri, "max", 1));
        if (least is not null || most is not null)
            set = set.Of([.. Enumerable.Range(0, set.Rows.Count).Where(r => set.Rows[r].All(s => Words(s) >= (least ?? 0) && Words(s) <= (most ?? int.MaxValue)))]);
        if (uri["lines"] is not { } range) return set;
        var ends = range.Split('-');
        if (ends.Length != 2 || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) || first < 1 || last < first)
            throw new ConfigurationException($"{uri}: lines={range}; expected are the first and the last, such as lines=1-1000.");
        return set.Of([.. Enumerable.Range(first - 1, Math.Max(0, Math.Min(last, set.Rows.Count) - first + 1))]);
    }

    internal static int Words(string sentence) => sentence.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>A key's value as a whole number, or null.</summary>
    /// <exception cref="ConfigurationException">It is none, or too small.</exception>
    public static int? Whole(DataUri uri, string key, int least)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return uri.Number(key) switch
        {
            null => null,
            var number when number == Math.Floor(number.Value) && number >= least && number <= int.MaxValue => (int)number,
            var number => throw new ConfigurationException(string.Create(CultureInfo.InvariantCulture, $"{uri}: {key}={number}; expected is a whole number from {least} on.")),
        };
    }

    static Sentences Joined(string source, List<Sentences> parts)
    {
        if (parts.Find(p => p.Columns.Count != parts[0].Columns.Count) is { } other)
            throw new DataException($"{other.Source} has {other.Columns.Count} sentences a row, {parts[0].Source} has {parts[0].Columns.Count}; "
                + "read them one by one, or choose by ?columns=.");
        var labelled = parts.TrueForAll(p => p.Labels is not null);
        string[] classes = labelled ? [.. parts.SelectMany(p => p.Classes).Distinct().Order(StringComparer.Ordinal)] : [];
        return new(source, parts[0].Columns, [.. parts.SelectMany(p => p.Rows)])
        {
            Blank = parts.Sum(p => p.Blank),
            Grouped = parts.TrueForAll(p => p.Grouped),
            Classes = classes,
            Labels = labelled ? [.. parts.SelectMany(p => p.Labels!.Select(l => Array.BinarySearch(classes, p.Classes[l], StringComparer.Ordinal)))] : null,
            Scores = parts.TrueForAll(p => p.Scores is not null) ? [.. parts.SelectMany(p => p.Scores!)] : null,
        };
    }

    static Sentences BesideOneAnother(string source, List<Sentences> parts)
    {
        if (parts.Count < 2)
            throw new DataException($"{source}: group=line wants two files or more beside one another, and there is {parts.Count}; "
                + "name them by a pattern, such as captions.tar/train.?.en.txt.gz.");
        if (parts.Find(p => p.Columns.Count != 1 || p.Blank > 0) is { } wrong)
            throw new DataException($"{wrong.Source}: group=line wants one sentence in every line{(wrong.Blank > 0 ? $"; {wrong.Blank} are blank" : "")}.");
        if (parts.Find(p => p.Rows.Count != parts[0].Rows.Count) is { } other)
            throw new DataException($"{other.Source} has {other.Rows.Count} lines, {parts[0].Source} has {parts[0].Rows.Count}: lines of one number have to say the same.");
        return new(source, [.. parts.Select(p => p.Source)], [.. Enumerable.Range(0, parts[0].Rows.Count).Select(r => parts.Select(p => p.Rows[r][0]).ToArray())]) { Alike = true };
    }

    static string? Other(string split) => split switch { "train" => "test", "test" => "train", _ => null };

    static bool Named(string name, string split) => Path.GetFileName(name).Split('.', '-', '_').Contains(split, StringComparer.Ordinal);

    /// <summary>The names of the text files that a path names, in order; each is a path of its own.</summary>
    /// <exception cref="DataException">There is no text.</exception>
    public static IReadOnlyList<string> Names(string path) => [.. Files(path).Select(f => f.Name)];

    /// <summary>The text files that a path names, in the order of their names, unpacked.</summary>
    internal static List<(string Name, byte[] Bytes)> Files(string path)
    {
        List<(string Name, byte[] Bytes)> files = FileTree.IsArchive(path, out var archive, out var inside) ? Matching(archive, inside)
            : File.Exists(path) ? [(path, RegularFile.ReadAllBytes(path, MostBytes))]
            : Directory.Exists(path) ? Matching(path, "")
            : Path.GetDirectoryName(path) is { } folder && Directory.Exists(folder.Length == 0 ? "." : folder) && Path.GetFileName(path).IndexOfAny(['*', '?']) >= 0
                ? Matching(folder.Length == 0 ? "." : folder, Path.GetFileName(path))
            : throw new DataException($"{path}: there is no such file or folder; expected is .txt, .tsv or .csv (or one of them .gz), a folder of them, or FILE.tar/PATTERN.");
        if (files.Count == 0) throw new DataException($"{path}: there is no text; expected are files in .txt, .tsv or .csv, or one of them .gz.");
        if (files.Find(f => foreign.Contains(Extension(f.Name))).Name is { } wrong)
            throw new DataException($"{wrong}: text is not read from files of this kind; expected is .txt with a sentence a line, or a table in .tsv or .csv, each also as .gz. "
                + "Unpack an archive, or pack it as .tar.");
        return files.ConvertAll(f => (f.Name, Gzip.Unpacked(f.Name, f.Bytes, MostBytes)));
    }

    // Read as lines they would be sentences of braces and bytes.
    static readonly string[] foreign = [".json", ".jsonl", ".ndjson", ".parquet", ".arrow", ".xls", ".xlsx", ".zip", ".tgz", ".tar", ".bz2", ".xz", ".zst",
        ".7z", ".pdf", ".doc", ".docx", ".html", ".xml"];

    static bool IsText(string name) => Extension(name) is ".txt" or ".tsv" or ".csv";

    /// <summary>The ending of a file's name in small letters, less <c>.gz</c>.</summary>
    internal static string Extension(string name) => Path.GetExtension(Bare(name)).ToLowerInvariant();

    internal static string Bare(string name) => name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;

    // Those of a folder itself, and everything in an archive; a pattern is held against the whole path there, or the name.
    static List<(string, byte[])> Matching(string path, string pattern)
    {
        using var tree = FileTree.Open(path, deep: false);
        string[] texts = [.. tree.Names.Where(IsText)];
        string[] wanted = pattern.Length == 0 ? texts : Array.FindAll(texts, name => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false)
            || FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(name), ignoreCase: false));
        if (wanted.Length == 0 && tree.Packed)
            throw new DataException($"{path}: no text in it{(pattern.Length == 0 ? "" : $" is named '{pattern}'")}; there are {Suggest.Some(pattern.Length == 0 ? tree.Names : texts)}.");
        return [.. wanted.Select(name => (tree.Full(name), tree.Read(name, MostBytes)))];
    }
}
