using System.Globalization;
using System.Text;

namespace Kindred.Io.Csv;

/// <summary>Writes embeddings as comma-separated values: a header, then a row a sample with its name, its label and its numbers.</summary>
/// <remarks>RFC 4180, with line feeds. Numbers are the shortest that read back equal, in the invariant culture.</remarks>
public static class CsvFile
{
    /// <summary>Replaces a file in one act.</summary>
    /// <param name="path">The file.</param>
    /// <param name="names">A name a row.</param>
    /// <param name="labels">A label a row; null for no such column.</param>
    /// <param name="embeddings">Numbers <c>[N, D]</c> of any float type.</param>
    /// <param name="disk">The file system; left out, the machine's.</param>
    /// <returns>Length and hash of the file.</returns>
    /// <exception cref="ArgumentException">Rows, names and labels differ in number.</exception>
    /// <exception cref="EnvironmentException">The file could not be written.</exception>
    public static Written SaveEmbeddings(string path, IReadOnlyList<string> names, IReadOnlyList<string>? labels, NamedArray embeddings, IDisk? disk = null)
    {
        if (embeddings.Shape is not [var rows, var columns] || rows != names.Count || (labels is not null && labels.Count != rows))
            throw new ArgumentException($"{names.Count} names and {labels?.Count ?? names.Count} labels do not fit embeddings of [{string.Join(", ", embeddings.Shape)}]", nameof(embeddings));

        return AtomicFile.Write(
            path,
            stream =>
            {
                using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
                var values = embeddings.ToDoubles();
                var single = embeddings.Type is not ElementType.Float64;

                writer.WriteLine(string.Join(',',
                    new[] { "name" }.Concat(labels is null
                    ? [] : ["label"]).Concat(Enumerable.Range(0, (int)columns).Select(c => string.Create(CultureInfo.InvariantCulture, $"e{c}")))));

                for (var row = 0; row < rows; row++)
                {
                    writer.Write(CsvText.SafeCell(names[row]));

                    if (labels is not null)
                        writer.Write($",{CsvText.SafeCell(labels[row])}");

                    foreach (var value in values.AsSpan(row * (int)columns, (int)columns))
                        writer.Write($",{(single ? ((float)value).ToString(CultureInfo.InvariantCulture) : value.ToString(CultureInfo.InvariantCulture))}");

                    writer.Write('\n');
                }
            },
            disk);
    }
}
