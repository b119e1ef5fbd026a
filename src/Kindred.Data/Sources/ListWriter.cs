using System.Text;
using Kindred.Data.Files;
using Kindred.Data.Views;
using Kindred.Io;

namespace Kindred.Data.Sources;

/// <summary>Writes lists that <see cref="LabelFile"/> reads.</summary>
public static class ListWriter
{
    /// <summary>Writes some pictures of a source as <c>path,class</c> lines.</summary>
    /// <param name="path">The file, replaced in one act.</param>
    /// <param name="source">Pictures that are files.</param>
    /// <param name="indices">Which ones.</param>
    /// <exception cref="DataException">A name with a line break, which a list of lines cannot hold.</exception>
    public static void Write(string path, FilePictures source, IEnumerable<int> indices)
    {
        var bytes = new List<byte>();
        foreach (var index in indices)
        {
            var name = Path.IsPathRooted(source.FullPath(index)) ? source.FullPath(index) : Path.GetFullPath(source.FullPath(index));
            if (name.AsSpan().IndexOfAny('\n', '\r') >= 0)
                throw new DataException($"{FileNames.Printable(name)} has a line break in its name and cannot stand in a list: rename it");
            bytes.AddRange(FileNames.Encode(Quoted(name)));
            if (source.Label(index) is >= 0 and var label)
                bytes.AddRange(Encoding.UTF8.GetBytes("," + Quoted(source.Classes[label])));
            bytes.Add((byte)'\n');
        }
        AtomicFile.Write(path, stream => stream.Write(bytes.ToArray()));
    }

    static string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\t ") >= 0 ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
}
