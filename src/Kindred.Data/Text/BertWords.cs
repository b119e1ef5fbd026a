using System.Globalization;
using System.Text;

namespace Kindred.Data.Text;

/// <summary>Cleans text and takes it apart into words as BERT's uncased models do, before word pieces are looked up.</summary>
/// <remarks>Devlin et al., arXiv:1810.04805, the authors' BasicTokenizer: small letters without marks, control characters left out, every punctuation mark and
/// every Chinese character a word.</remarks>
public static class BertWords
{
    /// <summary>Small letters without their marks, white space as blanks, no control characters.</summary>
    /// <param name="text">Any text.</param>
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var clean = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (letter is ' ' or '\t' or '\n' or '\r') clean.Append(' ');
            else if (letter is '\0' or '\uFFFD') continue;
            else
            {
                switch (CharUnicodeInfo.GetUnicodeCategory(letter))
                {
                    case UnicodeCategory.SpaceSeparator: clean.Append(' '); break;
                    case UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse or UnicodeCategory.NonSpacingMark: break;
                    default: clean.Append(PlainLetters.Of(char.ToLowerInvariant(letter))); break;
                }
            }
        }
        return clean.ToString();
    }

    /// <summary>The words of a text, cleaned.</summary>
    /// <param name="text">Any text.</param>
    public static IReadOnlyList<string> Split(string text)
    {
        var words = new List<string>();
        var clean = Clean(text);
        var start = 0;
        for (var i = 0; i <= clean.Length; i++)
        {
            var alone = i < clean.Length && (IsPunctuation(clean[i]) || IsChinese(clean[i]));
            if (i < clean.Length && clean[i] != ' ' && !alone) continue;
            if (i > start) words.Add(clean[start..i]);
            if (alone) words.Add(clean[i].ToString());
            start = i + 1;
        }
        return words;
    }

    // All of ASCII that is neither letter, digit nor blank counts, $ and + included.
    static bool IsPunctuation(char letter) => letter is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~') || char.IsPunctuation(letter);

    static bool IsChinese(char letter) => letter is (>= '\u4E00' and <= '\u9FFF') or (>= '\u3400' and <= '\u4DBF') or (>= '\uF900' and <= '\uFAFF');
}
