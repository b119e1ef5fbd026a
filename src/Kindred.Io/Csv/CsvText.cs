using System.Buffers;

namespace Kindred.Io.Csv;

/// <summary>The one way in which tables are written: commas, line feeds, quotes where <see cref="CsvTable"/> or a spreadsheet needs them.</summary>
public static class CsvText
{
    static readonly SearchValues<char> Special = SearchValues.Create(",;\t\"\r\n ");

    /// <summary>A text as a cell, in quotes where it holds a separator, a quote, a line break or a space.</summary>
    /// <param name="text">The text.</param>
    public static string Cell(string text) =>
        text.AsSpan().IndexOfAny(Special) >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    /// <summary>A text as a cell of a table that people open in a spreadsheet: what would be taken for a formula gets an apostrophe before it.</summary>
    /// <param name="text">The text.</param>
    public static string SafeCell(string text) => Cell(text.Length > 0 && "=+-@\t\r".Contains(text[0], StringComparison.Ordinal) ? $"'{text}" : text);

    /// <summary>A row with its line feed.</summary>
    /// <param name="cells">The texts of its cells.</param>
    public static string Row(IEnumerable<string> cells) => string.Join(',', cells.Select(Cell)) + "\n";
}
