namespace Kindred.Data.Sources;

/// <summary>Tells folders that divide a data set into train, val and test from classes that happen to be called so.</summary>
/// <remarks>
/// Folders beside one another are splits if all of them are named as splits (one alone: if that holds for all folders of its depth too), or if
/// at least two different splits are among them and class folders lie below one; others beside them are then in no split. So <c>train</c>
/// beside <c>bus</c> and <c>car</c> is a class. The outermost split of a path counts, what lies below it are classes.
/// </remarks>
sealed class SplitLayout
{
    static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["train"] = "train", ["training"] = "train",
        ["val"] = "val", ["valid"] = "val", ["validation"] = "val",
        ["test"] = "test", ["testing"] = "test",
    };

    readonly Node root = new();
    readonly List<List<Node>> depths = [];

    /// <summary>Looks at all folders that hold pictures.</summary>
    /// <param name="folders">Their paths below the root.</param>
    internal SplitLayout(IEnumerable<string> folders)
    {
        foreach (var folder in folders)
        {
            var (node, depth) = (root, 0);
            foreach (var name in Parts(folder))
            {
                if (depth == depths.Count)
                    depths.Add([]);
                if (node.Below.Count == 0)
                    depths[depth].Add(node);
                if (!node.Below.TryGetValue(name, out var child))
                    node.Below[name] = child = new();
                (node, depth) = (child, depth + 1);
            }
        }
        foreach (var nodes in depths)
        {
            nodes.ForEach(node => node.Divides = DividesAlone(node));
            // A folder with one split and nothing else: its neighbours of the same depth tell whether that is one.
            if (nodes.TrueForAll(node => node.Divides || OnlySplits(node)))
                nodes.ForEach(node => node.Divides = true);
        }
    }

    /// <summary>Names of splits that lie beside classes and are taken for classes, with one of their neighbours; for messages.</summary>
    internal (string Split, string Beside)? Mistakable =>
        depths.SelectMany(nodes => nodes).Where(node => !node.Divides && node.Below.Keys.Any(IsSplit) && !OnlySplits(node))
            .Select(node => ((string, string)?)(node.Below.Keys.First(IsSplit), node.Below.Keys.First(name => !IsSplit(name)))).FirstOrDefault();

    /// <summary>The split that a name stands for: train, val or test; null for any other name.</summary>
    internal static string? Canonical(string name) => Names.GetValueOrDefault(name);

    /// <summary>The split of a folder, or null, and the rest of its path, which names its class.</summary>
    internal (string? Split, string Class) Place(string folder)
    {
        var (node, parts) = (root, Parts(folder));
        for (var i = 0; i < parts.Length; i++)
        {
            if (node.Divides && Canonical(parts[i]) is { } split)
                return (split, string.Join('/', [.. parts[..i], .. parts[(i + 1)..]]));
            if (!node.Below.TryGetValue(parts[i], out var child))
                break;
            node = child;
        }
        return (null, string.Join('/', parts));
    }

    static bool DividesAlone(Node node)
    {
        var splits = node.Below.Where(pair => IsSplit(pair.Key)).ToArray();
        var different = splits.Select(pair => Canonical(pair.Key)).Distinct().Count();
        return different > 1 && (splits.Length == node.Below.Count || splits.Any(pair => pair.Value.Below.Count > 0));
    }

    static bool OnlySplits(Node node) => node.Below.Keys.All(IsSplit);

    static bool IsSplit(string name) => Names.ContainsKey(name);

    static string[] Parts(string folder) => folder.Split('/', StringSplitOptions.RemoveEmptyEntries);

    sealed class Node
    {
        internal SortedDictionary<string, Node> Below { get; } = new(StringComparer.Ordinal);

        internal bool Divides { get; set; }
    }
}
