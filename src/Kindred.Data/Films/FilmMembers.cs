using Kindred.Data.Sources;

namespace Kindred.Data.Films;

/// <summary>The files beside the captions, by their path from there.</summary>
sealed class FilmMembers : IDisposable
{
    readonly FileTree tree;
    readonly string root = "";

    public FilmMembers(string path)
    {
        tree = FileTree.Open(path);
        if (tree.Packed && tree.Names.FirstOrDefault(n => System.IO.Path.GetFileName(n) is "captions.json" or "captions.tsv") is { } captions)
            root = captions[..(captions.LastIndexOf('/') + 1)];
        Names = [.. tree.Names.Where(n => n.StartsWith(root, StringComparison.Ordinal)).Select(n => n[root.Length..])];
    }

    public string Path => tree.Path;

    public HashSet<string> Names { get; }

    public byte[] Read(string name) => tree.Read(root + name, FilmFiles.MostBytes);

    public void Dispose() => tree.Dispose();
}
