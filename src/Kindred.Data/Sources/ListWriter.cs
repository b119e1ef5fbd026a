using System.Text;
using Kindred.Data.Files;
using Kindred.Data.Views;
using Kindred.Io;
using Kindred.Io.Csv;

namespace Kindred.Data.Sources;

/// <summary>Writes lists that <see cref="LabelFile"/> reads.</summary>
public static class ListWriter
{
    /// <summary>Writes some pictures of a source as a table of <c>path,class</c> under that header, or of <c>path</c> alone if the source has no classes.</summary>
    /// <param name="path">The file, replaced in one act.</param>
    /// <param name="source">Pictures that are files.</param>
    /// <param name="indices">Which ones.</param>
    /// <exception cref="DataException">Some of the pictures have a class and others have none, which a list cannot say.</exception>
    public static void Write(string path, FilePictures source, IEnumerable<int> indices)
    {
        var labelled = source.Classes.Count > 0;
        var text = new StringBuilder(CsvText.Row(labelled ? ["path", "class"] : ["path"]));
        foreach (var index in indices)
        {
            // A rooted path stays as it is: taking ".." out of it could lead elsewhere through a link.
            var name = Path.IsPathRooted(source.FullPath(index)) ? source.FullPath(index) : Path.GetFullPath(source.FullPath(index));
            if (labelled && source.Label(index) < 0)
                throw new DataException($"{source.Description}: {FileNames.Printable(source.Name(index))} has no class, unlike others, and cannot "
                    + $"stand in a list with them: move it into the folder of a class");
            text.Append(CsvText.Row(labelled ? [name, source.Classes[source.Label(index)]] : [name]));
        }
        var bytes = FileNames.Encode(text.ToString());
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }
}
