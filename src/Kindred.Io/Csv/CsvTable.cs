using System.Globalization;
using System.Text;
using nietras.SeparatedValues;

namespace Kindred.Io.Csv;

/// <summary>The one reader of tables in text: commas, semicolons or tabs, by the rules of RFC 4180, every row as long as the first.</summary>
/// <remarks>
/// Quoted cells may hold separators, line breaks and doubled quotes. A byte-order mark (UTF-8, UTF-16), CRLF, empty lines and spaces around
/// unquoted cells are taken in stride. What a header is, is for the caller to say: here it is a row.
/// </remarks>
public sealed class CsvTable
{
    /// <summary>Longer files are refused: a table of text this long belongs in .npy or .safetensors.</summary>
    const long MaxBytes = 1_000_000_000;

    /// <summary>Rows that are looked at to find the separator.</summary>
    const int Sampled = 50;

    readonly string text;

    CsvTable(string path, string text)
    {
        (Path, this.text) = (path, text);
        Separator = FindSeparator();
    }

    /// <summary>The file, for messages.</summary>
    public string Path { get; }

    /// <summary>What stands between two cells: a tab, a semicolon or a comma.</summary>
    public char Separator { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="decode">Makes text of bytes, where names must keep bytes that are no UTF-8; left out, UTF-8.</param>
    /// <exception cref="DataException">There is no such file, it is too long, or no text.</exception>
    public static CsvTable Open(string path, Func<ReadOnlySpan<byte>, string>? decode = null) => new(path, ReadText(path, decode));

    /// <summary>Reads what was read already: a file of an archive, or one that was packed.</summary>
    /// <param name="path">What messages call it; its ending may say what separates.</param>
    /// <param name="text">Its content, without a byte-order mark.</param>
    internal static CsvTable Of(string path, string text) => new(path, text);

    /// <summary>The text of a file, without its byte-order mark.</summary>
    /// <param name="path">The file.</param>
    /// <param name="decode">Makes text of bytes; left out, UTF-8.</param>
    /// <exception cref="DataException">There is no such file, it is too long, or no text.</exception>
    public static string ReadText(string path, Func<ReadOnlySpan<byte>, string>? decode = null)
    {
        var bytes = RegularFile.ReadAllBytes(path, MaxBytes);
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            return (bytes[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode).GetString(bytes.AsSpan(2));
        var content = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes;
        if (content.IndexOf((byte)0) is >= 0 and var zero)
            throw new DataException($"{path} is not text: it has a zero byte at {zero + bytes.Length - content.Length}");
        return decode is null ? Encoding.UTF8.GetString(content) : decode(content);
    }

    /// <summary>The rows, read as they are asked for; each call begins anew. Empty lines are passed over.</summary>
    /// <exception cref="DataException">A quote that does not end or stands inside a cell, or a row that is longer or shorter than the first; the message has file and line.</exception>
    public IEnumerable<CsvRow> Rows()
    {
        var (columns, first) = (0, 0);
        foreach (var row in Rows(Separator))
        {
            if (columns == 0)
                (columns, first) = (row.Cells.Length, row.Line);
            if (row.Cells.Length != columns)
            {
                throw Wrong(row.Line, $"{Cells(row.Cells.Length)}, unlike line {first} with {columns}; cells are divided by {Name(Separator)}, and one that holds {Name(Separator)} "
                    + "stands in quotes");
            }
            yield return row;
        }
    }

    /// <summary>An error that names the file and a line of it.</summary>
    /// <param name="line">The line, from 1.</param>
    /// <param name="what">What is wrong there.</param>
    public DataException Wrong(int line, string what) => new(string.Create(CultureInfo.InvariantCulture, $"{Path}, line {line}: {what}"));

    /// <summary>The separator that gives the first rows the same number of cells, more than one; a comma if none does.</summary>
    char FindSeparator()
    {
        if (Path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase))
            return '\t';
        if (Divides('\t', _ => true))
            return '\t';
        // Where commas divide as evenly, semicolons are meant only if the commas are those of decimal numbers or of prose.
        var commas = Divides(',', _ => true);
        return Divides(';', cell => !commas || cell.Replace(", ", " ", StringComparison.Ordinal).Contains(',', StringComparison.Ordinal) is false || IsDecimalComma(cell)) ? ';' : ',';
    }

    bool Divides(char separator, Predicate<string> allowed)
    {
        var columns = 0;
        try
        {
            foreach (var row in Rows(separator).Take(Sampled))
            {
                columns = columns == 0 ? row.Cells.Length : columns;
                if (columns < 2 || row.Cells.Length != columns || !Array.TrueForAll(row.Cells, allowed))
                    return false;
            }
        }
        catch (DataException)
        {
            return false;
        }
        return columns > 1;
    }

    static bool IsDecimalComma(string cell) =>
        cell.Count(c => c == ',') == 1 && double.TryParse(cell.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    IEnumerable<CsvRow> Rows(char separator)
    {
        using var reader = Open(separator);
        var line = 1;
        while (Next(reader, ref line, out var row))
        {
            if (row.Cells is not [""] || row.Quoted[0])
                yield return row;
        }
    }

    // Opening reads the first row already.
    SepReader Open(char separator) => Refused(() => Sep.New(separator)
        .Reader(options => options with { HasHeader = false, DisableColCountCheck = true, Unescape = false, CultureInfo = CultureInfo.InvariantCulture }).FromText(text));

    T Refused<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is InvalidDataException or NotSupportedException or ArgumentException or FormatException)
        {
            throw new DataException($"{Path} cannot be read as a table: {exception.Message}; perhaps a quote does not end", exception);
        }
    }

    bool Next(SepReader reader, ref int line, out CsvRow row)
    {
        row = default;
        if (!Refused(reader.MoveNext))
            return false;
        var current = reader.Current;
        var cells = new string[current.ColCount];
        var quoted = new bool[cells.Length];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = Cell(current[i].Span, line, out quoted[i]);
        row = new(line, cells, quoted);
        line = current.LineNumberToExcl; // the reader counts where a first row ends, not where it begins
        return true;
    }

    string Cell(ReadOnlySpan<char> raw, int line, out bool quoted)
    {
        var cell = raw.Trim();
        quoted = cell is ['"', ..];
        if (!quoted)
            return !cell.Contains('"') ? cell.ToString() : throw Wrong(line, "a quote inside a cell that does not begin with one; put the cell in quotes and write the quote twice");
        for (var i = 1; i < cell.Length; i++)
        {
            if (cell[i] != '"')
                continue;
            if (i + 1 < cell.Length && cell[i + 1] == '"')
                i++;
            else if (i + 1 < cell.Length)
                throw Wrong(line, "text behind a closing quote; a quote inside a quoted cell is written twice");
            else
                return cell[1..^1].ToString().Replace("\"\"", "\"", StringComparison.Ordinal);
        }
        throw Wrong(line, "a quote that does not end");
    }

    static string Cells(int count) => count == 1 ? "1 cell" : $"{count} cells";

    static string Name(char separator) => separator switch { '\t' => "a tab", ';' => "a semicolon", _ => "a comma" };
}
