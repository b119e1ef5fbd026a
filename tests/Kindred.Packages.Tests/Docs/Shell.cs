using System.Text;

namespace Kindred.Packages.Tests.Docs;

/// <summary>Commands out of a block, as a shell would read them: quotes, comments, pipes, lines that go on.</summary>
static class Shell
{
    internal static IEnumerable<string[]> Commands(string block)
    {
        foreach (var line in block.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
            foreach (var words in Piped(Words(line)))
                if (words.Length > 0) yield return words;
    }

    // A pipe begins another command; what a command is redirected to is no word of it.
    static IEnumerable<string[]> Piped(string[] words)
    {
        while (Array.IndexOf(words, "|") is var pipe and >= 0)
        {
            yield return words[..pipe];
            words = words[(pipe + 1)..];
        }
        yield return Array.FindIndex(words, w => w is ">" or ">>" or "<") is var to and >= 0 ? words[..to] : words;
    }

    internal static string[] Words(string line)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        foreach (var c in line)
        {
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else word!.Append(c);
            }
            else if (c is '\'' or '"')
            {
                quote = c;
                word ??= new();
            }
            else if (c == '#' && word is null) break;
            else if (!char.IsWhiteSpace(c)) (word ??= new()).Append(c);
            else if (word is not null)
            {
                words.Add(word.ToString());
                word = null;
            }
        }
        if (word is not null) words.Add(word.ToString());
        return [.. words];
    }
}
