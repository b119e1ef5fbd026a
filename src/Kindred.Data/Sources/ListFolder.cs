namespace Kindred.Data.Sources;

/// <summary>A folder that holds a list for each part, as <c>kindred data split</c> writes them: <c>train.csv</c>, <c>test.csv</c> and perhaps <c>val.csv</c>.</summary>
static class ListFolder
{
    static readonly string[] endings = [".csv", ".tsv", ".txt", ".lst"];

    /// <summary>Whether a folder is one: it holds the lists of two parts at least, and no folders. Pictures beside folders of pictures are something else.</summary>
    internal static bool Recognise(string folder) => Parts(folder).Length > 1 && !Directory.EnumerateDirectories(folder).Any();

    /// <summary>The lists of a path, each with its part.</summary>
    /// <param name="path">A file, which is of no part, or such a folder.</param>
    /// <exception cref="DataException">The folder holds no list, or two of one part.</exception>
    internal static IReadOnlyList<(string? Split, string File)> Of(string path)
    {
        if (!Directory.Exists(path))
            return [(null, path)];
        var parts = Parts(path);
        if (parts.Length == 0)
            throw new DataException($"{path} is a folder without lists; expected are train.csv and test.csv in it, as `kindred data split` writes them, or the path of one list");
        if (parts.GroupBy(part => part.Split).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new DataException($"{path} holds {string.Join(" and ", twice.Select(part => Path.GetFileName(part.File)))}, which are lists of one part; take one of them away");
        return [.. parts.Select(part => ((string?)part.Split, part.File))];
    }

    static (string Split, string File)[] Parts(string folder) =>
    [
        .. Directory.EnumerateFiles(folder).Where(file => endings.Contains(Path.GetExtension(file).ToLowerInvariant()))
            .Select(file => (Split: SplitLayout.Canonical(Path.GetFileNameWithoutExtension(file)), file)).Where(part => part.Split is not null)
            .Select(part => (part.Split!, part.file)).OrderBy(part => part.file, StringComparer.Ordinal),
    ];
}
