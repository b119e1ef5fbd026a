using System.Text;
using Kindred.Data.Files;

namespace Kindred.Data.Sources;

/// <summary>The list behind a source of encoded pictures: folders, names and classes in flat memory.</summary>
/// <remarks>
/// A picture's class is the folder that holds it; an outer folder named train, val or test is its split. A class is called by its folder's
/// own name where that is unique, else by its path.
/// </remarks>
sealed class PictureIndex
{
    static readonly string[] SplitNames = ["train", "val", "test"];

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
        if (!IsPicture(name))
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

    internal static bool IsPicture(ReadOnlySpan<byte> name)
    {
        if (name.Length < 5 || name[0] == (byte)'.')
            return false;
        Span<byte> ending = stackalloc byte[5];
        for (var i = 0; i < 5; i++)
            ending[i] = (byte)(name[name.Length - 5 + i] is >= (byte)'A' and <= (byte)'Z' and var c ? c | 32 : name[name.Length - 5 + i]);
        return ending.EndsWith(".jpg"u8) || ending.EndsWith(".png"u8) || ending.SequenceEqual(".jpeg"u8) || ending.SequenceEqual(".webp"u8)
            || ending.EndsWith(".jpe"u8) || ending.SequenceEqual(".jfif"u8);
    }

    /// <summary>Picks a split and derives the classes from the folders.</summary>
    /// <param name="split">train, val or test; all if null.</param>
    /// <param name="source">What is being opened, for messages.</param>
    internal void Finish(string? split, string source)
    {
        var classes = new string[folders.Count];
        var inSplit = new bool[folders.Count];
        var held = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < folders.Count; i++)
            (inSplit[i], classes[i]) = Place(FileNames.Decode(folders[i]), split, held);

        var chosen = new List<int>(folderOf.Count);
        var filled = new bool[folders.Count];
        for (var i = 0; i < folderOf.Count; i++)
        {
            filled[folderOf[i]] = true;
            if (inSplit[folderOf[i]])
                chosen.Add(i);
        }
        kept = chosen.Count == folderOf.Count ? [.. Enumerable.Range(0, chosen.Count)] : [.. chosen];
        if (split is not null && Count == 0)
        {
            throw new DataException(held.Count == 0
                ? $"{source} has no split '{split}': no folder named train, val or test holds pictures in it. Leave ?split= out to take all {folderOf.Count} pictures"
                : $"{source} has no pictures in split '{split}'; it has {string.Join(", ", held)}");
        }
        NameClasses(classes, filled);
    }

    /// <summary>Keeps everything that was added, in its order, without classes.</summary>
    internal void FinishAll()
    {
        kept = [.. Enumerable.Range(0, folderOf.Count)];
        labelOfFolder = new int[folders.Count];
        Array.Fill(labelOfFolder, -1);
    }

    /// <summary>Replaces the folders' classes by given ones.</summary>
    internal void Relabel(int[] perPicture, IReadOnlyList<string> classes) => (labels, Classes) = (perPicture, classes);

    static (bool InSplit, string Class) Place(string folder, string? split, SortedSet<string> held)
    {
        var parts = folder.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.FindIndex(parts, part => SplitNames.Contains(part, StringComparer.OrdinalIgnoreCase));
        if (at >= 0)
            held.Add(parts[at].ToLowerInvariant());
        var inSplit = split is null || (at >= 0 && parts[at].Equals(split, StringComparison.OrdinalIgnoreCase));
        return (inSplit, string.Join('/', at < 0 ? parts : [.. parts[..at], .. parts[(at + 1)..]]));
    }

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
