using System.Globalization;
using System.Net;
using System.Text;

namespace Kindred.Experiments.Evaluation;

/// <summary>A cloud of points in the plane, as SVG: one colour a group, the same scale in both directions.</summary>
public static class Scatter
{
    const int Side = 480, Pad = 16, Head = 28, Foot = 24;

    static readonly string[] colors = ["#8b949e", "#3b7dd8", "#e07b39", "#2f9e77", "#b5559e", "#c9a227"];

    /// <summary>Draws groups of points one over the other; the first group sets the frame, and what lies outside is left out.</summary>
    /// <param name="title">Above the picture.</param>
    /// <param name="groups">Names and points, at least one group with a point.</param>
    public static string Svg(string title, IReadOnlyList<(string Name, (double X, double Y)[] Points)> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var frame = groups[0].Points;
        var (midX, midY) = ((frame.Min(p => p.X) + frame.Max(p => p.X)) / 2, (frame.Min(p => p.Y) + frame.Max(p => p.Y)) / 2);
        var half = Math.Max(1e-9, 0.6 * Math.Max(frame.Max(p => p.X) - frame.Min(p => p.X), frame.Max(p => p.Y) - frame.Min(p => p.Y)));
        var body = new StringBuilder();
        for (var g = 0; g < groups.Count; g++)
        {
            body.Append(CultureInfo.InvariantCulture, $"<g fill=\"{colors[g % colors.Length]}\" fill-opacity=\"0.5\">\n");
            foreach (var (x, y) in groups[g].Points)
            {
                var (u, v) = ((x - midX) / half, (y - midY) / half);
                if (Math.Abs(u) <= 1 && Math.Abs(v) <= 1)
                    body.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Pad + (Side * (u + 1) / 2):0.#}\" cy=\"{Head + (Side * (1 - v) / 2):0.#}\" r=\"1.5\"/>");
            }
            body.Append("\n</g>\n");
            body.Append(CultureInfo.InvariantCulture, $"<text x=\"{Pad + (g * 120)}\" y=\"{Head + Side + 18}\" fill=\"{colors[g % colors.Length]}\">{WebUtility.HtmlEncode(groups[g].Name)}</text>\n");
        }
        return string.Create(CultureInfo.InvariantCulture, $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{Side + (2 * Pad)}} {{Head + Side + Foot}}" width="{{Side + (2 * Pad)}}" height="{{Head + Side + Foot}}" role="img">
            <title>{{WebUtility.HtmlEncode(title)}}</title>
            <style>text { font: 12px system-ui, sans-serif; }</style>
            <rect width="100%" height="100%" fill="#ffffff"/>
            <text x="{{Pad}}" y="18" fill="#24292f">{{WebUtility.HtmlEncode(title)}}</text>
            {{body}}</svg>

            """);
    }
}
