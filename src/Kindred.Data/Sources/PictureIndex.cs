using System.Text;
using Kindred.Data.Files;

namespace Kindred.Data.Sources;

/// <summary>The list behind a source of encoded pictures: folders, names and classes in flat memory.</summary>
/// <remarks>
/// A picture's class is the folder that holds it; an outer folder may be its split (<see cref="SplitLayout"/>). A class is called by its folder's
/// own name where that is unique, else by its path.
/// </remarks>
sealed class PictureIndex
{
    readonly NameTable folders = new(), names = new();
    readonly List<int> folderOf = [];
    readonly SortedDictionary<string, int> ignored = new(StringComparer.Ordinal);
    int[] kept = [];
    int[] labelOfFolder = [];
    int[]? labels;

    internal int Count => kept.Length;

    internal IReadOnlyList<string> Classes { get; private set; } = [];

    /// <summary>Files passed over, by extension.</summary>
    internal IReadOnlyDictionary<string, int> Ignored => ignored;

    /// <summary>The place of a picture in the order of <see cref="Add"/>.</summary>
    internal int Origin(int index) => kept[index];

    internal ReadOnlySpan<byte> Folder(int index) => folders[folderOf[kept[index]]];

    internal ReadOnlySpan<byte> FileName(int index) => names[kept[index]];

    internal int Label(int index) => labels is null ? labelOfFolder[folderOf[kept[index]]] : labels[index];

    /// <summary>The path below the source's root.</summary>
    internal string Name(int index)
    {
        var folder = Folder(index);
        return folder.IsEmpty ? FileNames.Decode(FileName(index)) : FileNames.Decode(folder) + "/" + FileNames.Decode(FileName(index));
    }

    /// <summary>Adds a folder, named by its path below the root, without slashes at its ends.</summary>
    internal int AddFolder(ReadOnlySpan<byte> path) => folders.Add(path);

    /// <summary>Adds a file if its name is a picture's; else counts it as passed over.</summary>
    internal bool Add(int folder, ReadOnlySpan<byte> name)
    {
        if (!ListingRule.IsPicture(name))
        {
            var extension = name.LastIndexOf((byte)'.') is > 0 and var dot ? FileNames.Decode(name[dot..]) : "";
            ignored[extension] = ignored.GetValueOrDefault(extension) + 1;
            return false;
        }
        AddAny(folder, name);
        return true;
    }

    /// <summary>Adds a file whatever its name.</summary>
    internal void AddAny(int folder, ReadOnlySpan<byte> name)
    {
        folderOf.Add(folder);
        names.Add(name);
    }

    /// <summary>The splits that folders stand for, of whatever split was picked.</summary>
    internal IReadOnlyCollection<string> Splits { get; private set; } = [];

    /// <summary>Picks a split and derives the classes from the folders.</summary>
    /// <param name="split">train, val or test; all if null.</param>
    /// <param name="source">What is being opened, for messages.</param>
    internal void Finish(string? split, string source)
    {
        var filled = new bool[folders.Count];
        foreach (var folder in folderOf)
            filled[folder] = true;
        string[] paths = [.. Enumerable.Range(0, folders.Count).Select(i => FileNames.Decode(folders[i]))];
        var layout = new SplitLayout(paths.Where((_, i) => filled[i]));
        var wanted = split is null ? null : SplitLayout.Canonical(split) ?? split;
        var classes = new string[folders.Count];
        var inSplit = new bool[folders.Count];
        var held = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < paths.Length; i++)
        {
            (var its, classes[i]) = layout.Place(paths[i]);
            inSplit[i] = wanted is null || its == wanted;
            if (its is not null && filled[i])
                held.Add(its);
        }

        var chosen = new List<int>(folderOf.Count);
        for (var i = 0; i < folderOf.Count; i++)
        {
            if (inSplit[folderOf[i]])
                chosen.Add(i);
        }
        kept = chosen.Count == folderOf.Count ? [.. Enumerable.Range(0, chosen.Count)] : [.. chosen];
        if (split is not null && Count == 0)
        {
            var reason = held.Count > 0 ? $"{source} has no pictures in split '{split}'; it has {string.Join(", ", held)}"
                : layout.Mistakable is var (own, beside)
                    ? $"{source} has no split '{split}': the folder {own} lies beside {beside} and counts as a class; to take it alone, name that folder as the path"
                : $"{source} has no split '{split}': no folder named train, val or test holds pictures in it";
            throw new DataException(reason + (held.Count > 0 ? "" : $". Leave ?split= out to take all {folderOf.Count} pictures"));
        }
        Splits = held;
        NameClasses(classes, filled);
    }

    /// <summary>Keeps everything that was added, or what is of one part, in its order, without classes.</summary>
    /// <param name="parts">The part of each; null for none.</param>
    /// <param name="split">The wanted one; all if null.</param>
    /// <param name="source">What is being opened, for messages.</param>
    internal void FinishList(IReadOnlyList<string?> parts, string? split, string source)
    {
        Splits = [.. parts.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        var wanted = split is null ? null : SplitLayout.Canonical(split) ?? split;
        kept = [.. Enumerable.Range(0, folderOf.Count).Where(i => wanted is null || parts[i] == wanted)];
        if (kept.Length == 0)
            throw new DataException($"{source} has no pictures in split '{split}'; "
                + (Splits.Count > 0 ? $"it has {string.Join(", ", Splits)}" : "it has no column for it, such as one headed split. Leave ?split= out to take all of it"));
        labelOfFolder = new int[folders.Count];
        Array.Fill(labelOfFolder, -1);
    }

    /// <summary>Replaces the folders' classes by given ones.</summary>
    internal void Relabel(int[] perPicture, IReadOnlyList<string> classes) => (labels, Classes) = (perPicture, classes);

    /// <summary>Folders that hold pictures, of whatever split, become classes: train and test then agree on the labels.</summary>
    void NameClasses(string[] classOfFolder, bool[] filled)
    {
        var paths = new SortedSet<string>(classOfFolder.Where((path, i) => filled[i] && path.Length > 0), StringComparer.Ordinal);
        var last = paths.GroupBy(path => path[(path.LastIndexOf('/') + 1)..]).ToDictionary(g => g.Key, g => g.Count());
        var labelOf = paths.Index().ToDictionary(p => p.Item, p => p.Index);
        Classes = [.. paths.Select(path => path[(path.LastIndexOf('/') + 1)..] is var own && last[own] == 1 ? own : path)];
        labelOfFolder = [.. classOfFolder.Select(path => labelOf.GetValueOrDefault(path, -1))];
    }
}
