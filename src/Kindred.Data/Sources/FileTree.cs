using System.Text;
using Kindred.Io;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Data.Sources;

/// <summary>The files below a folder or inside a tar archive, by their paths from there: what all data beyond pictures are read from.</summary>
/// <remarks>
/// The rules are those of pictures (<see cref="ListingRule"/>): names with a leading dot are passed over, with all below them; links to files are followed, in an archive those that lead to
/// another file of it; a link to a folder within is not followed; a path that comes twice in an archive is the later file.
/// </remarks>
sealed class FileTree : IDisposable
{
    const string Ending = ".tar";

    readonly SafeFileHandle? archive;
    readonly Dictionary<string, (long Offset, long Length)> places = new(StringComparer.Ordinal);

    FileTree(string path, SafeFileHandle? archive) => (Path, this.archive) = (path, archive);

    /// <summary>The folder or the archive.</summary>
    public string Path { get; }

    /// <summary>Whether it is an archive.</summary>
    public bool Packed => archive is not null;

    /// <summary>Every file, slashes between names, in the order of their letters.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>Lists a folder or an archive.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="deep">Whether a folder's folders are listed too; an archive is always listed whole.</param>
    /// <exception cref="DataException">There is neither, it cannot be listed, or the archive is damaged.</exception>
    public static FileTree Open(string path, bool deep = true)
    {
        if (path.Length == 0) throw new DataException("no path was given; a folder or a tar archive stands behind the colon, such as audio:RECORDINGS.");
        return Directory.Exists(path) ? Folder(path, deep) : Archive(path);
    }

    /// <summary>Divides <c>FILE.tar/INSIDE</c>, where there is such a file; what is inside may be empty.</summary>
    public static bool IsArchive(string path, out string archive, out string inside)
    {
        for (var end = 0; (end = path.IndexOf(Ending, end, StringComparison.OrdinalIgnoreCase)) >= 0;)
        {
            end += Ending.Length;
            (archive, inside) = (path[..end], path[end..].Trim('/'));
            if ((end == path.Length || path[end] == '/') && File.Exists(archive)) return true;
        }
        (archive, inside) = ("", "");
        return false;
    }

    static FileTree Folder(string path, bool deep)
    {
        var tree = new FileTree(path, null);
        var names = new List<string>();
        var followed = new List<string> { Real(new DirectoryInfo(path)) };
        try { Walk(new(path), ""); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw new DataException($"{path} cannot be listed: {e.Message}", e); }
        names.Sort(StringComparer.Ordinal);
        tree.Names = names;
        return tree;

        void Walk(DirectoryInfo folder, string above)
        {
            foreach (var entry in folder.EnumerateFileSystemInfos())
            {
                if (entry.Name.StartsWith('.')) continue;
                if (entry is not DirectoryInfo below) names.Add(above + entry.Name);
                else if (deep && (below.LinkTarget is null || Outside(Real(below)))) Walk(below, $"{above}{entry.Name}/");
            }
        }

        bool Outside(string real)
        {
            if (followed.Exists(top => real == top || real.StartsWith(top.TrimEnd('/') + '/', StringComparison.Ordinal))) return false;
            followed.Add(real);
            return true;
        }
    }

    static string Real(DirectoryInfo folder) => (folder.ResolveLinkTarget(returnFinalTarget: true) ?? folder).FullName;

    static FileTree Archive(string path)
    {
        var tree = new FileTree(path, RegularFile.Open(path));
        try
        {
            List<(string Name, string Target)> links = [];
            foreach (var entry in TarIndex.Read(tree.archive!, path))
            {
                var plain = ListingRule.Plain(entry.Path);
                if (plain.Length == 0) continue;
                var name = Encoding.UTF8.GetString(plain);
                if (entry.Link is null) tree.places[name] = (entry.Offset, entry.Length);
                else if (Target(entry, plain) is { Length: > 0 } target) links.Add((name, Encoding.UTF8.GetString(target)));
            }
            // Links may lead to links, and to files further on; what leads to a folder or out of the archive is no file of it.
            for (var before = -1; before != links.Count;)
            {
                before = links.Count;
                links.RemoveAll(link => tree.places.TryGetValue(link.Target, out var place) && (tree.places[link.Name] = place) == place);
            }
            tree.Names = [.. tree.places.Keys.Where(n => ListingRule.Listed(Encoding.UTF8.GetBytes(n))).Order(StringComparer.Ordinal)];
            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    static byte[] Target(in TarEntry link, byte[] path) => !link.Symbolic ? ListingRule.Plain(link.Link!)
        : link.Link is [(byte)'/', ..] ? []
        : ListingRule.Plain([.. path.AsSpan(0, Math.Max(0, path.AsSpan().LastIndexOf((byte)'/'))), (byte)'/', .. link.Link!], within: true);

    /// <summary>A file's path for messages, and on the disk where it is not packed.</summary>
    /// <param name="name">One of the names.</param>
    public string Full(string name) => Packed ? $"{Path}/{name}" : System.IO.Path.Combine(Path, name);

    /// <summary>A whole file.</summary>
    /// <param name="name">One of the names.</param>
    /// <param name="most">Bytes that it may have.</param>
    /// <exception cref="DataException">It cannot be read, is longer, or the archive ends within it.</exception>
    public byte[] Read(string name, long most)
    {
        if (archive is null) return RegularFile.ReadAllBytes(Full(name), most);
        var (offset, length) = places[name];
        if (length > most) throw new DataException($"{Full(name)} has {length} bytes; a file of this kind has at most {most}.");
        var bytes = new byte[length];
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(archive, bytes.AsSpan(done), offset + done);
            if (read == 0) throw new DataException($"{Full(name)}: the archive ends within it; fetch or pack it again.");
            done += read;
        }
        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose() => archive?.Dispose();
}
