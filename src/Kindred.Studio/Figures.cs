using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Kindred.Studio;

/// <summary>A table of figures from a method's page in the documentation: the paper's beside those measured here.</summary>
/// <param name="Columns">Its head; the first may be empty.</param>
/// <param name="Rows">Its rows.</param>
sealed record FigureTable(IReadOnlyList<string> Columns, IReadOnlyList<string[]> Rows);

/// <summary>The figures of one page.</summary>
/// <param name="Page">The page's name, as <c>docs/methods/NAME.md</c>.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Papers">The papers that it names, as arXiv numbers.</param>
/// <param name="Tables">The tables below its heading Figures.</param>
sealed record PageFigures(string Page, string Title, IReadOnlyList<string> Papers, IReadOnlyList<FigureTable> Tables);

/// <summary>What papers report, as the methods' pages have it: the pages lie in the assembly, so that a number is kept in one place.</summary>
static partial class Figures
{
    const string Prefix = "figures/";
    const int Most = 8;

    static readonly Lazy<PageFigures[]> pages = new(() => [.. Read().Where(p => p.Tables.Count > 0).OrderBy(p => p.Page, StringComparer.Ordinal)]);

    /// <summary>Pages of the paper that a study repeats, or of the recipes that it trains.</summary>
    internal static IReadOnlyList<PageFigures> For(JsonObject? result)
    {
        var paper = Arxiv().Match(result?["paper"]?.ToString() ?? "").Value;
        PageFigures[] own = paper.Length == 0 ? [] : [.. pages.Value.Where(p => p.Papers.Contains(paper))];
        if (own.Length > 0) return own;
        var recipes = (result?["cells"] as JsonArray ?? []).Select(c => c?["recipe"]?.ToString().Split('.')[0]).OfType<string>().Distinct().ToArray();
        return [.. pages.Value.Where(p => recipes.Any(r => r == p.Page || r.StartsWith($"{p.Page}-", StringComparison.Ordinal))).Take(Most)];
    }

    static IEnumerable<PageFigures> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries);
            yield return new(Path.GetFileNameWithoutExtension(name[Prefix.Length..]), lines.FirstOrDefault(l => l.StartsWith("# ", StringComparison.Ordinal))?[2..] ?? name,
                [.. lines.Take(8).SelectMany(l => Arxiv().Matches(l)).Select(m => m.Value).Distinct()], [.. Tables(lines)]);
        }
    }

    static IEnumerable<FigureTable> Tables(string[] lines)
    {
        var below = lines.SkipWhile(l => l != "## Figures").Skip(1).TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal)).ToArray();
        for (var i = 0; i < below.Length; i++)
        {
            if (!below[i].StartsWith('|')) continue;
            var rows = below.Skip(i).TakeWhile(l => l.StartsWith('|')).Select(Cells).ToArray();
            i += rows.Length;
            if (rows.Length > 2) yield return new(rows[0], rows[2..]);
        }
    }

    static string[] Cells(string line) => [.. line.Trim('|').Split('|').Select(c => Plain().Replace(Link().Replace(c, "$1"), "").Trim())];

    [GeneratedRegex(@"\d{4}\.\d{4,5}")]
    private static partial Regex Arxiv();

    [GeneratedRegex(@"\[([^\]]+)\](\([^)]*\)|\[[^\]]*\])?")]
    private static partial Regex Link();

    [GeneratedRegex(@"[*`]")]
    private static partial Regex Plain();
}
