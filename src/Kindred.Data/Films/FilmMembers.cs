using System.Text;
using Kindred.Data.Sources;
using Kindred.Io;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Data.Films;

/// <summary>The files beside the captions, by their path from there.</summary>
sealed class FilmMembers : IDisposable
{
    readonly SafeFileHandle? archive;
    readonly Dictionary<string, (long Offset, long Length)> places = [];

    public FilmMembers(string path)
    {
        Path = path;
        if (Directory.Exists(path))
        {
            Names = [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(f => System.IO.Path.GetRelativePath(path, f).Replace('\\', '/'))];
            return;
        }
        archive = RegularFile.Open(path);
        try
        {
            var entries = TarIndex.Read(archive, path).Where(e => e.Link is null).Select(e => (Name: Encoding.UTF8.GetString(e.Path), e.Offset, e.Length)).ToList();
            var captions = entries.Find(e => System.IO.Path.GetFileName(e.Name) is "captions.json" or "captions.tsv").Name
                ?? throw new DataException($"{path}: there is neither captions.json nor captions.tsv; films come with one of them.");
            var root = captions[..(captions.Length - System.IO.Path.GetFileName(captions).Length)];
            foreach (var (name, offset, length) in entries)
                if (name.StartsWith(root, StringComparison.Ordinal)) places[name[root.Length..]] = (offset, length);
            Names = [.. places.Keys];
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public HashSet<string> Names { get; }

    public byte[] Read(string name)
    {
        if (archive is null) return RegularFile.ReadAllBytes(System.IO.Path.Combine(Path, name), FilmFiles.MostBytes);
        var (offset, length) = places[name];
        if (length > FilmFiles.MostBytes) throw new DataException($"{Path}/{name}: {length} bytes are more than one file of a film may have ({FilmFiles.MostBytes}).");
        var bytes = new byte[length];
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(archive, bytes.AsSpan(done), offset + done);
            if (read == 0) throw new DataException($"{Path}/{name}: the archive ends within it; fetch or pack it again.");
            done += read;
        }
        return bytes;
    }

    public void Dispose() => archive?.Dispose();
}
