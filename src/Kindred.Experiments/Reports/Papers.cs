namespace Kindred.Experiments.Reports;

/// <summary>How the papers of the methods are cited.</summary>
public static class Papers
{
    static readonly Lazy<Dictionary<string, string>> entries = new(Read);

    /// <summary>The BibTeX entry of a paper.</summary>
    /// <param name="paper">As a method's attribute names it: <c>arXiv:2002.05709</c>, <c>CVPR 2006</c>.</param>
    /// <returns>The entry, a field a line; null of a paper that is not known, such as a plug-in's.</returns>
    public static string? BibTeX(string paper) => entries.Value.GetValueOrDefault(paper ?? throw new ArgumentNullException(nameof(paper)));

    static Dictionary<string, string> Read()
    {
        using var stream = typeof(Papers).Assembly.GetManifestResourceStream("papers.bib")!;
        var lines = new StreamReader(stream).ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Chunk(2).ToDictionary(pair => pair[0][2..].Trim(), pair => pair[1].Trim().Replace("}, ", "},\n  ", StringComparison.Ordinal).Replace(", title=",
            ",\n  title=", StringComparison.Ordinal)[..^1] + "\n}");
    }
}
