using System.Text;

namespace Kindred.Packages.Tests.Docs;

/// <summary>Commands out of a block, as a shell would read them: quotes, comments, lines that go on.</summary>
static class Shell
{
    internal static IEnumerable<string[]> Commands(string block)
    {
        foreach (var line in block.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
            if (Words(line) is { Length: > 0 } words) yield return words;
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
