using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kindred.Io.Csv;

namespace Kindred.Io.Tables;

/// <summary>Writes vectors with their names: as <c>.npy</c> or <c>.safetensors</c> with the names in a table beside, or as <c>.parquet</c>, <c>.csv</c> or
/// <c>.jsonl</c> with the names inside.</summary>
public static class VectorTables
{
    static readonly Dictionary<string, Action<Stream, VectorTable>> formats = new(StringComparer.OrdinalIgnoreCase)
    {
        [".npy"] = Npy_, [".safetensors"] = SafeTensors_, [".parquet"] = ParquetVectors.Write, [".csv"] = Csv_, [".jsonl"] = Lines,
    };

    static readonly JsonWriterOptions style = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The endings that say a format.</summary>
    public static IReadOnlyList<string> Endings => [.. formats.Keys];

    /// <summary>Whether the format has no room for names, so that they lie in a table beside the file.</summary>
    public static bool NamesBeside(string path) => Path.GetExtension(path).ToLowerInvariant() is ".npy" or ".safetensors";

    /// <summary>Where the names of a file lie that has no room for them.</summary>
    public static string NamesOf(string path) => path + ".names.csv";

    /// <summary>Refuses an ending that says no format.</summary>
    /// <exception cref="ConfigurationException">There is no such format.</exception>
    public static void Check(string path)
    {
        if (!formats.ContainsKey(Path.GetExtension(path ?? "")))
            throw new ConfigurationException($"'{path}': the ending says the format, and there is none for '{Path.GetExtension(path ?? "")}'; there are {string.Join(", ", formats.Keys)}.");
    }

    /// <summary>Replaces a file in one act, and the table of names beside it where the format has no room for them.</summary>
    /// <param name="path">The file; its ending says the format.</param>
    /// <param name="table">What to write.</param>
    /// <param name="disk">The file system; left out, the machine's.</param>
    /// <returns>Length and hash of the file.</returns>
    /// <exception cref="ConfigurationException">There is no such format.</exception>
    /// <exception cref="EnvironmentException">The file could not be written.</exception>
    public static Written Save(string path, VectorTable table, IDisk? disk = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        Check(path);
        if (NamesBeside(path)) AtomicFile.Write(NamesOf(path), stream => NameTable(stream, table), disk);
        return AtomicFile.Write(path, stream => formats[Path.GetExtension(path)](stream, table), disk);
    }

    /// <summary>The table of names and labels that lies beside a file; null where there is none.</summary>
    /// <param name="path">The file of vectors.</param>
    /// <exception cref="DataException">The table has no column of names.</exception>
    public static (IReadOnlyList<string> Names, IReadOnlyList<string?>? Labels)? ReadNames(string path)
    {
        if (!File.Exists(NamesOf(path))) return null;
        var table = CsvTable.Open(NamesOf(path));
        List<string> names = [];
        List<string?>? labels = null;
        foreach (var row in table.Rows())
        {
            if (names.Count == 0 && labels is null && row.Cells is ["name"] or ["name", "label"])
            {
                if (row.Cells.Length == 2) labels = [];
                continue;
            }
            if (row.Cells.Length != (labels is null ? 1 : 2)) throw table.Wrong(row.Line, "expected is the header 'name' or 'name,label', then a row a vector");
            names.Add(row.Cells[0]);
            labels?.Add(row.Cells[1].Length > 0 ? row.Cells[1] : null);
        }
        return (names, labels);
    }

    static void NameTable(Stream stream, VectorTable table)
    {
        using var writer = Writer(stream);
        writer.Write(table.Labels is null ? "name\n" : "name,label\n");
        using var labels = table.Labels?.Invoke().GetEnumerator();
        foreach (var name in table.Names())
        {
            labels?.MoveNext();
            // A line that is empty would be passed over.
            writer.Write(name.Length == 0 && labels is null ? "\"\"" : CsvText.Cell(name));
            if (labels is not null) writer.Write($",{CsvText.Cell(labels.Current ?? "")}");
            writer.Write('\n');
        }
    }

    static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };

    static void Npy_(Stream stream, VectorTable table)
    {
        Npy.WriteHeader(stream, ElementType.Float32, table.Count, table.Dimension);
        Copy(stream, table);
    }

    static void SafeTensors_(Stream stream, VectorTable table) =>
        SafeTensors.Write(stream, [new StreamedArray("embeddings", ElementType.Float32, [table.Count, table.Dimension], to => Copy(to, table))], table.Metadata);

    static void Copy(Stream stream, VectorTable table)
    {
        using var rows = table.Rows();
        rows.CopyTo(stream, 1 << 20);
    }

    static void Csv_(Stream stream, VectorTable table)
    {
        using var writer = Writer(stream);
        writer.Write(string.Join(',', new[] { "name" }.Concat(table.Labels is null ? [] : ["label"])
            .Concat(Enumerable.Range(0, table.Dimension).Select(c => string.Create(CultureInfo.InvariantCulture, $"e{c}")))));
        writer.Write('\n');
        foreach (var (name, label, vector) in table.Walk())
        {
            writer.Write(CsvText.SafeCell(name));
            if (table.Labels is not null) writer.Write($",{CsvText.SafeCell(label ?? "")}");
            foreach (var value in vector) writer.Write(string.Create(CultureInfo.InvariantCulture, $",{value}"));
            writer.Write('\n');
        }
    }

    static void Lines(Stream stream, VectorTable table)
    {
        using var line = new MemoryStream();
        foreach (var (name, label, vector) in table.Walk())
        {
            line.SetLength(0);
            using (var json = new Utf8JsonWriter(line, style))
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                if (table.Labels is not null) json.WriteString("label", label);
                json.WriteStartArray("embedding");
                foreach (var value in vector) json.WriteNumberValue(value);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            line.WriteByte((byte)'\n');
            stream.Write(line.GetBuffer().AsSpan(0, (int)line.Length));
        }
    }
}
