using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Kindred.Data.Sources;

/// <summary>Text of files, which is UTF-8 or refused with the line where it is not.</summary>
static class Utf8
{
    /// <summary>The lines of a file without their ends; a byte-order mark is left out. Ends are line feeds, with or without carriage returns, or carriage returns alone.</summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="DataException">A byte that is no UTF-8, or a zero byte.</exception>
    internal static List<string> Lines(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            throw new DataException($"{path}, line 1: UTF-16, and UTF-8 was expected. Save it so, or convert it, for example with: iconv -f utf-16 -t utf-8.");
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        var lines = new List<string>();
        // Old programs end lines by a carriage return alone; where there is a line feed, it ends lines.
        var ending = bytes.Contains((byte)'\n') ? (byte)'\n' : (byte)'\r';
        while (bytes.Length > 0)
        {
            var end = bytes.IndexOf(ending);
            var line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + 1)..];
            if (line.EndsWith("\r"u8)) line = line[..^1];
            if (line.Contains((byte)0)) throw new DataException($"{path}, line {lines.Count + 1}: a zero byte; text was expected.");
            if (!System.Text.Unicode.Utf8.IsValid(line))
                throw new DataException($"{path}, line {lines.Count + 1}: byte {Wrong(line) + 1} of the line is no UTF-8. Convert the file, for example with: "
                    + "iconv -f latin1 -t utf-8.");
            lines.Add(Encoding.UTF8.GetString(line));
        }
        return lines;
    }

    static int Wrong(ReadOnlySpan<byte> line)
    {
        for (var at = 0; at < line.Length;)
        {
            if (Rune.DecodeFromUtf8(line[at..], out _, out var used) != OperationStatus.Done) return at;
            at += used;
        }
        return line.Length;
    }
}
