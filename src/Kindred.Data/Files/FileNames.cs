using System.Globalization;
using System.Text;

namespace Kindred.Data.Files;

/// <summary>File names as the system has them: bytes, usually but not always UTF-8. Every name survives the way to a string and back.</summary>
/// <remarks>A byte that is no valid UTF-8 becomes the lone surrogate U+DC00 + byte, as in Python (PEP 383).</remarks>
public static class FileNames
{
    /// <summary>The string for a name.</summary>
    /// <param name="bytes">The name as the system gave it.</param>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Ascii.IsValid(bytes))
            return Encoding.ASCII.GetString(bytes);
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var used);
            if (status == System.Buffers.OperationStatus.Done)
                text.Append(rune.ToString());
            else
                foreach (var b in bytes[..used])
                    text.Append((char)(0xDC00 + b));
            bytes = bytes[used..];
        }
        return text.ToString();
    }

    /// <summary>The name for a string.</summary>
    /// <param name="name">A string, perhaps from <see cref="Decode"/>.</param>
    public static byte[] Encode(string name)
    {
        var bytes = new List<byte>(name.Length + 8);
        Span<byte> buffer = stackalloc byte[4];
        for (var at = 0; at < name.Length;)
        {
            if (Rune.TryGetRuneAt(name, at, out var rune))
            {
                var length = rune.EncodeToUtf8(buffer);
                bytes.AddRange(buffer[..length]);
                at += rune.Utf16SequenceLength;
            }
            else
            {
                bytes.Add((byte)(name[at++] & 0xFF));
            }
        }
        return [.. bytes];
    }

    /// <summary>The name with everything that would disturb a terminal or a table written as \n, \xNN or \uNNNN.</summary>
    /// <param name="name">A string, perhaps from <see cref="Decode"/>.</param>
    public static string Printable(string name)
    {
        var text = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (char.IsSurrogate(c) && Rune.TryGetRuneAt(name, i, out var rune))
            {
                text.Append(rune.ToString());
                i++;
            }
            else if (c is >= '\uDC80' and <= '\uDCFF')
            {
                text.Append(CultureInfo.InvariantCulture, $"\\x{c - 0xDC00:x2}");
            }
            else if (c == '\n')
            {
                text.Append("\\n");
            }
            else if (char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator)
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                text.Append(c);
            }
        }
        return text.ToString();
    }
}
