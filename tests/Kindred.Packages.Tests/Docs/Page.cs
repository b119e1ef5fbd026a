using System.Text.RegularExpressions;

namespace Kindred.Packages.Tests.Docs;

/// <summary>A block of code in a page, and what the page says in a comment before it that it takes for granted (<c>&lt;!-- with … --&gt;</c>).</summary>
sealed record Block(string Page, int Line, string Language, string Text, string With)
{
    public override string ToString() => $"{Page}:{Line}";
}

/// <summary>The pages that people read, and the code in them.</summary>
static partial class Pages
{
    // Listings below docs/methods are made from the sources, and held against them, by another test; decisions tell what was.
    internal static IEnumerable<string> All => new[] { "README.md", "README.zh-CN.md", "CONTRIBUTING.md", "eng/PACKAGE.md" }
        .Concat(Markdown("docs").Where(p => !p.StartsWith("docs/decisions/", StringComparison.Ordinal))).Concat(Markdown("samples").Where(p => !p.Contains("/out/", StringComparison.Ordinal)));

    static IEnumerable<string> Markdown(string folder) => Directory.EnumerateFiles(Repository.In(folder), "*.md", SearchOption.AllDirectories)
        .Select(p => Path.GetRelativePath(Repository.Root, p)).Order(StringComparer.Ordinal);

    internal static IEnumerable<Block> Blocks(string page)
    {
        var text = File.ReadAllText(Repository.In(page)).ReplaceLineEndings("\n");
        return Fence().Matches(text).Select(m => new Block(page, text[..m.Index].Count(c => c == '\n') + 1, m.Groups["language"].Value, m.Groups["code"].Value, m.Groups["with"].Value.Trim()));
    }

    internal static IEnumerable<Block> Blocks() => All.SelectMany(Blocks);

    /// <summary>What stands between backquotes in running text and tables.</summary>
    internal static IEnumerable<(int Line, string Code)> Inline(string page)
    {
        var inside = false;
        foreach (var (number, line) in File.ReadLines(Repository.In(page)).Index())
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) inside = !inside;
            else if (!inside)
                foreach (Match match in Code().Matches(line)) yield return (number + 1, match.Groups[1].Value.Replace("\\|", "|", StringComparison.Ordinal));
        }
    }

    [GeneratedRegex(@"(?:<!-- with\n(?<with>.*?)-->\n+)?^```(?<language>\w*)\n(?<code>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
