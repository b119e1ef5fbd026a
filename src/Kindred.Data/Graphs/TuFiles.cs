using System.Globalization;
using Kindred.Data.Sources;

namespace Kindred.Data.Graphs;

/// <summary>Reads graphs in the text layout of TUDataset: <c>NAME_A.txt</c>, <c>NAME_graph_indicator.txt</c>, <c>NAME_graph_labels.txt</c>, and
/// <c>NAME_node_labels.txt</c> where there is one.</summary>
/// <remarks>Morris et al., arXiv:2007.08663. URI: <c>tu:FOLDER</c>, <c>tu:FOLDER/NAME</c> or <c>tu:FILE.tar/NAME</c>, with <c>?features=labels|degree|one&amp;split=train|test</c>.</remarks>
public static class TuFiles
{
    const int MostDegrees = 64;
    const long MostBytes = 1L << 30;

    /// <summary>Opens what a data URI names.</summary>
    /// <exception cref="ConfigurationException">A key is unknown or wrong.</exception>
    /// <exception cref="DataException">The files are missing, cut or contradict each other; the message has file and line.</exception>
    public static GraphSet Open(DataUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        uri.Allow("features", "split");
        var features = uri["features"];
        if (features is not (null or "labels" or "degree" or "one")) throw new ConfigurationException($"{uri}: features={features}; expected is labels, degree or one.");
        var files = Find(uri.Path);
        return (Read(uri.Text, files, features) with { Source = uri.Text }).Split(uri["split"]);
    }

    /// <summary>Reads the texts of the files.</summary>
    /// <param name="source">What messages call the whole.</param>
    /// <param name="files">Texts by the end of their names: <c>A</c>, <c>graph_indicator</c>, <c>graph_labels</c>, <c>node_labels</c>.</param>
    /// <param name="features">What a node carries: labels, degree, one; null takes labels where there are any, and else degrees.</param>
    /// <exception cref="DataException">They are cut or contradict each other; the message has file and line.</exception>
    public static GraphSet Read(string source, IReadOnlyDictionary<string, string> files, string? features = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        var owner = Numbers("graph_indicator", 1);
        if (owner.Count == 0) throw new DataException($"{source}: graph_indicator.txt is empty; it has the number of its graph for every node.");
        var first = new List<int>();
        for (var i = 0; i < owner.Count; i++)
        {
            if (owner[i][0] == first.Count + 1) first.Add(i);
            else if (owner[i][0] != first.Count || i == 0)
                throw Wrong("graph_indicator", i, $"graph {owner[i][0]} follows graph {first.Count}; graphs count from 1 without gaps, and each has a node");
        }
        var ends = first.Skip(1).Append(owner.Count).ToArray();
        var edges = new List<(int, int)>[first.Count];
        for (var g = 0; g < edges.Length; g++) edges[g] = [];
        var listed = new Dictionary<(int, int), int>();
        var rows = Numbers("A", 2);
        if (rows.Count == 0) throw new DataException($"{source}: A.txt is empty, so that no graph would have an edge; is it cut?");
        for (var i = 0; i < rows.Count; i++)
        {
            var (a, b) = (rows[i][0], rows[i][1]);
            if (a < 1 || b < 1 || a > owner.Count || b > owner.Count) throw Wrong("A", i, $"an edge between nodes {a} and {b}, but graph_indicator.txt has {owner.Count} nodes");
            if (owner[a - 1][0] != owner[b - 1][0]) throw Wrong("A", i, $"nodes {a} and {b} are in different graphs, {owner[a - 1][0]} and {owner[b - 1][0]}");
            listed.TryAdd((a, b), i);
        }
        foreach (var ((a, b), line) in listed)
        {
            if (!listed.ContainsKey((b, a))) throw Wrong("A", line, $"the edge {a}, {b} is there and {b}, {a} is not; both directions are expected: perhaps the file is cut");
            var graph = owner[a - 1][0] - 1;
            edges[graph].Add((a - 1 - first[graph], b - 1 - first[graph]));
        }
        var marks = files.ContainsKey("node_labels") && features is null or "labels" ? Numbers("node_labels", 1) : null;
        if (marks is null && features == "labels") throw new DataException($"{source}: node_labels.txt is missing; take features=degree or features=one.");
        if (marks is not null && marks.Count != owner.Count) throw new DataException($"{source}: node_labels.txt has {marks.Count} lines for {owner.Count} nodes; is it cut?");
        var labels = files.ContainsKey("graph_labels") ? Numbers("graph_labels", 1) : null;
        if (labels is not null && labels.Count != first.Count) throw new DataException($"{source}: graph_labels.txt has {labels.Count} lines for {first.Count} graphs; is it cut?");

        var (code, width) = Coding();
        if ((long)width * owner.Count > 1 << 28) throw new DataException($"{source}: {owner.Count} nodes with {width} features each are more than fit here; take features=degree.");
        int[] names = [.. (labels ?? []).Select(l => l[0]).Distinct().Order()];
        return new(source, [.. first.Select((start, g) => Graph(start, ends[g], edges[g]))], [.. names.Select(n => n.ToString(CultureInfo.InvariantCulture))],
            labels is null ? null : [.. labels.Select(l => Array.BinarySearch(names, l[0]))]);

        GraphSample Graph(int start, int end, List<(int, int)> own)
        {
            var rows = new double[(end - start) * width];
            var degrees = new int[end - start];
            foreach (var (a, _) in own) degrees[a]++;
            for (var i = start; i < end; i++) rows[((i - start) * width) + code(i, degrees[i - start])] = 1;
            return new(rows, width, GraphEdit.Sorted(own));
        }

        (Func<int, int, int>, int) Coding()
        {
            if (features == "one") return ((_, _) => 0, 1);
            if (marks is null) return ((_, degree) => Math.Min(degree, MostDegrees - 1), MostDegrees);
            int[] known = [.. marks.Select(m => m[0]).Distinct().Order()];
            return ((node, _) => Array.BinarySearch(known, marks[node][0]), known.Length);
        }

        DataException Wrong(string file, int row, string what) => new($"{source}: {file}.txt, line {LineOf(files[file], row)}: {what}.");

        List<int[]> Numbers(string file, int each)
        {
            if (!files.TryGetValue(file, out var text)) throw new DataException($"{source}: the file ending in _{file}.txt is missing.");
            var found = new List<int[]>();
            var line = 0;
            foreach (var raw in text.Split('\n'))
            {
                line++;
                if (string.IsNullOrWhiteSpace(raw)) continue;
                var cells = raw.Split(',', StringSplitOptions.TrimEntries);
                var numbers = new int[each];
                for (var i = 0; i < each; i++)
                {
                    if (cells.Length != each || !int.TryParse(cells[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[i]))
                        throw new DataException($"{source}: {file}.txt, line {line}: expected {(each == 1 ? "a whole number" : "two whole numbers, such as 3, 4")}, got '{Short(raw.Trim())}'.");
                }
                found.Add(numbers);
            }
            return found;
        }
    }

    // Only for messages, so that blank lines need not be kept.
    static int LineOf(string text, int row) => text.Split('\n').Index().Where(l => !string.IsNullOrWhiteSpace(l.Item)).ElementAt(row).Index + 1;

    static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";

    static Dictionary<string, string> Find(string path)
    {
        var packed = FileTree.IsArchive(path, out var place, out var wanted);
        if (!packed)
        {
            path = path.TrimEnd('/');
            place = Directory.Exists(path) ? path : Path.GetDirectoryName(path) is { Length: > 0 } above && Directory.Exists(above) ? above
                : throw new DataException($"{path}: there is no such folder or archive; write tu:FOLDER, tu:FOLDER/NAME or tu:FILE.tar/NAME.");
            wanted = place == path ? "" : Path.GetFileName(path);
        }
        using var tree = FileTree.Open(place, deep: false);
        string[] sets = [.. tree.Names.Select(n => Path.GetFileName(n)).Where(n => n.EndsWith(Edges, StringComparison.Ordinal)).Select(n => n[..^Edges.Length]).Distinct()];
        var name = Name(sets, wanted, packed ? place : path);
        var files = new Dictionary<string, string>();
        foreach (var end in Ends)
            if (tree.Names.FirstOrDefault(n => Path.GetFileName(n) == $"{name}_{end}.txt") is { } file) files[end] = string.Join('\n', Utf8.Lines(tree.Read(file, MostBytes), tree.Full(file)));
        return files;
    }

    const string Edges = "_A.txt";

    static readonly string[] Ends = ["A", "graph_indicator", "graph_labels", "node_labels"];

    static string Name(string[] found, string wanted, string path) => found.Length == 0 ? throw new DataException($"{path}: there is no file ending in _A.txt, the edges of a TU data set.")
        : wanted.Length == 0 && found.Length == 1 ? found[0]
        : found.Contains(wanted) ? wanted
        : throw new DataException($"{path}: {(wanted.Length == 0 ? "several data sets lie there" : $"there is no data set '{wanted}'")}; there are "
            + $"{string.Join(", ", found.Order(StringComparer.Ordinal))}: write one after a slash.");
}
