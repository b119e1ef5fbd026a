using System.Globalization;
using System.Net;
using System.Text;

namespace Kindred.Tests.Docs;

/// <summary>Draws what flows where: each line of the text is a chain <c>a &gt; b &gt; c</c>, a chain may begin with several (<c>a + b &gt; c</c>), and a name that comes twice is one box.</summary>
/// <remarks>A name behind <c>~</c> is drawn with broken lines: what has no gradient, such as a momentum encoder, a queue, a bank. Columns follow the longest way to a box.</remarks>
static class FlowPicture
{
    const int Height = 34, Gap = 16, Between = 44, Margin = 12;

    const double Letter = 7.4;

    public static string Draw(string text)
    {
        var (names, arrows) = Read(text);
        var column = Columns(names, arrows);
        var columns = Enumerable.Range(0, column.Values.Max() + 1).Select(c => names.Where(n => column[n] == c).ToArray()).ToArray();
        int[] widths = [.. columns.Select(c => (int)Math.Ceiling((c.Max(n => n.TrimStart('~').Length) * Letter) + 20))];
        var tall = columns.Max(c => c.Length) * (Height + Gap) - Gap;
        var place = new Dictionary<string, (int X, int Y, int Width)>(StringComparer.Ordinal);
        var x = Margin;
        foreach (var (c, boxes) in columns.Index())
        {
            var y = Margin + ((tall - (boxes.Length * (Height + Gap) - Gap)) / 2);
            foreach (var box in boxes)
            {
                place[box] = (x, y, widths[c]);
                y += Height + Gap;
            }
            x += widths[c] + Between;
        }
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {x - Between + Margin} {tall + (2 * Margin)}\" width=\"{x - Between + Margin}\" ");
        svg.Append("font-family=\"system-ui, sans-serif\" font-size=\"13\">\n");
        svg.Append("<defs><marker id=\"end\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0 8 4 "
            + "0 8z\" fill=\"#555\"/></marker></defs>\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        foreach (var (from, to) in arrows)
        {
            var (a, b) = (place[from], place[to]);
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{a.X + a.Width} {a.Y + (Height / 2)} L{b.X - 2} {b.Y + (Height / 2)}\" stroke=\"#555\" fill=\"none\" marker-end=\"url(#end)\"/>\n");
        }
        foreach (var (name, at) in place)
        {
            var last = !arrows.Any(a => a.From == name);
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{at.X}\" y=\"{at.Y}\" width=\"{at.Width}\" height=\"{Height}\" rx=\"6\" fill=\"{(last ? "#fde9c9" : "#e3eefb")}\" stroke=\"#446\"");
            if (name.StartsWith('~')) svg.Append(" stroke-dasharray=\"5 3\"");
            svg.Append(CultureInfo.InvariantCulture, $"/><text x=\"{at.X + (at.Width / 2)}\" y=\"{at.Y + 22}\" text-anchor=\"middle\">{WebUtility.HtmlEncode(name.TrimStart('~'))}</text>\n");
        }
        return svg.Append("</svg>\n").ToString();
    }

    static (List<string> Names, List<(string From, string To)> Arrows) Read(string text)
    {
        var (names, arrows) = (new List<string>(), new List<(string, string)>());
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] before = [];
            foreach (var stage in line.Split('>', StringSplitOptions.TrimEntries))
            {
                string[] boxes = stage.Split(" + ", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                foreach (var box in boxes.Where(b => !names.Contains(b))) names.Add(box);
                arrows.AddRange(from a in before from b in boxes where !arrows.Contains((a, b)) select (a, b));
                before = boxes;
            }
        }
        return (names, arrows);
    }

    static Dictionary<string, int> Columns(List<string> names, List<(string From, string To)> arrows)
    {
        var column = names.ToDictionary(n => n, _ => 0, StringComparer.Ordinal);
        for (var round = 0; round <= names.Count; round++)
        {
            var moved = false;
            foreach (var (from, to) in arrows.Where(a => column[a.To] <= column[a.From]))
                (column[to], moved) = (column[from] + 1, true);
            if (!moved) return Late(column, names, arrows);
        }
        throw new InvalidOperationException($"arrows run in a circle among {string.Join(", ", names)}");
    }

    /// <summary>What does not come from the first box stands as far right as what it leads to allows: a queue beside the loss that reads it.</summary>
    static Dictionary<string, int> Late(Dictionary<string, int> column, List<string> names, List<(string From, string To)> arrows)
    {
        var fed = new HashSet<string>(StringComparer.Ordinal) { names[0] };
        while (arrows.Where(a => fed.Contains(a.From) && fed.Add(a.To)).Any()) { }
        foreach (var name in names.Where(n => !fed.Contains(n)).OrderByDescending(n => column[n]))
            if (arrows.Where(a => a.From == name).Select(a => column[a.To]).DefaultIfEmpty(-1).Min() is > 0 and var next) column[name] = next - 1;
        return column;
    }
}
