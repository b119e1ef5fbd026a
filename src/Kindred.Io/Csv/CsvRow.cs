namespace Kindred.Io.Csv;

/// <summary>One row of a table.</summary>
/// <param name="Line">The line of the file on which it begins, from 1; a quoted cell may span several.</param>
/// <param name="Cells">The cells, their quotes taken off; unquoted ones without the spaces around them.</param>
/// <param name="Quoted">Which cells stood in quotes.</param>
public readonly record struct CsvRow(int Line, string[] Cells, bool[] Quoted);
