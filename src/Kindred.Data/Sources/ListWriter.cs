using System.Text;
using Kindred.Data.Files;
using Kindred.Data.Views;
using Kindred.Io;
using Kindred.Io.Csv;

namespace Kindred.Data.Sources;

/// <summary>Writes lists that <see cref="LabelFile"/> reads.</summary>
public static class ListWriter
{
    /// <summary>Writes some pictures of a source as a table of <c>path,class</c> under that header, or of <c>path</c> alone if the source has no classes. The class of one without is empty.</summary>
    /// <param name="path">The file, replaced in one act.</param>
    /// <param name="source">Pictures that are files.</param>
    /// <param name="indices">Which ones.</param>
    public static void Write(string path, FilePictures source, IEnumerable<int> indices)
    {
        var labelled = source.Classes.Count > 0;
        var text = new StringBuilder(CsvText.Row(labelled ? ["path", "class"] : ["path"]));
        foreach (var index in indices)
        {
            // A rooted path stays as it is: taking ".." out of it could lead elsewhere through a link.
            var name = Path.IsPathRooted(source.FullPath(index)) ? source.FullPath(index) : Path.GetFullPath(source.FullPath(index));
            text.Append(CsvText.Row(labelled ? [name, source.Label(index) < 0 ? "" : source.Classes[source.Label(index)]] : [name]));
        }
        var bytes = FileNames.Encode(text.ToString());
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }
}
