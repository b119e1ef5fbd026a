using System.Globalization;
using System.Text;

namespace Kindred.Experiments.Studies;

/// <summary>Something that two numbers were measured of.</summary>
/// <param name="Name">What stands beside the dot.</param>
/// <param name="X">Where it is to the right.</param>
/// <param name="Y">Where it is upwards.</param>
public sealed record ChartDot(string Name, Summary X, Summary Y);

public static partial class SvgChart
{
    /// <summary>A dot for each of some things, with its name, where two numbers meet; the spread over seeds runs both ways.</summary>
    /// <param name="title">What is shown; broken into lines where it is long.</param>
    /// <param name="x">What runs to the right, with its unit.</param>
    /// <param name="y">What runs upwards, with its unit.</param>
    /// <param name="dots">The things; one without both numbers is left out.</param>
    public static string Scatter(string title, string x, string y, IReadOnlyList<ChartDot> dots)
    {
        ArgumentNullException.ThrowIfNull(dots);
        const double height = 260, room = 0.06;
        ChartDot[] shown = [.. dots.Where(d => Known(d.X) && Known(d.Y))];
        var (first, last) = Ends(shown.SelectMany(d => Reach(d.X)), room);
        var (low, high) = Ends(shown.SelectMany(d => Reach(d.Y)), room);
        var ticks = Ticks(low, high).ToArray();
        var left = Pad + Line + Widest(ticks.Select(t => t.Text)) + 8;
        var head = new StringBuilder();
        var top = Title(head, title, left + Plot + 30) + 6;
        double X(double value) => left + Plot * (value - first) / (last - first);
        double Y(double value) => top + height * (high - value) / (high - low);
        var body = new StringBuilder();
        foreach (var (at, text) in ticks)
        {
            HLine(body, "grid", left, left + Plot, Y(at));
            Text(body, left - 6, Y(at) + 4, text, "end", "small");
        }
        foreach (var (at, text) in Ticks(first, last)) Text(body, X(at), top + height + Line, text, "middle", "small");
        Text(body, left + Plot / 2, top + height + 2.3 * Line, x, "middle", "small");
        Upwards(body, y, Pad, top + height / 2);
        List<(double Left, double Top, double Right, double Bottom)> taken = [.. shown.Select(d => (X(d.X.Mean) - 5, Y(d.Y.Mean) - 5, X(d.X.Mean) + 5, Y(d.Y.Mean) + 5))];
        foreach (var (dot, i) in shown.Select((d, i) => (d, i)))
        {
            var (right, up) = (X(dot.X.Mean), Y(dot.Y.Mean));
            if (double.IsFinite(dot.X.Deviation)) HLine(body, "error", X(dot.X.Mean - dot.X.Deviation), X(dot.X.Mean + dot.X.Deviation), up);
            if (double.IsFinite(dot.Y.Deviation)) VLine(body, "error", right, Y(dot.Y.Mean + dot.Y.Deviation), Y(dot.Y.Mean - dot.Y.Deviation));
            body.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{right:0.#}\" cy=\"{up:0.#}\" r=\"4.5\" fill=\"{colors[i % colors.Length]}\"/>\n");
            Name(body, dot.Name, right, up, left + Plot + 30, taken);
        }
        return Document(left + Plot + 30, top + height + 3 * Line, title, head.Append(body));
    }

    // Beside its dot, on the first side where it meets neither the edge nor another; on the last where all are taken.
    static void Name(StringBuilder body, string name, double x, double y, double edge, List<(double Left, double Top, double Right, double Bottom)> taken)
    {
        var wide = name.Length * CharWidth;
        (double Left, double Base, string Anchor)[] sides = [(x + 9, y - 5, "start"), (x + 9, y + 13, "start"), (x - 9 - wide, y - 5, "end"), (x - 9 - wide, y + 13, "end")];
        (double Left, double Top, double Right, double Bottom) Box((double Left, double Base, string Anchor) s) => (s.Left, s.Base - 10, s.Left + wide, s.Base + 3);
        var chosen = sides.Cast<(double Left, double Base, string Anchor)?>().FirstOrDefault(s =>
            Box(s!.Value) is var b && b.Left > 0 && b.Right < edge && !taken.Exists(t => t.Left < b.Right && b.Left < t.Right && t.Top < b.Bottom && b.Top < t.Bottom)) ?? sides[^1];
        taken.Add(Box(chosen));
        Text(body, chosen.Anchor == "start" ? chosen.Left : chosen.Left + wide, chosen.Base, name, chosen.Anchor, "small");
    }

    static bool Known(Summary value) => value.Seeds > 0 && double.IsFinite(value.Mean);

    static double[] Reach(Summary value) => double.IsFinite(value.Deviation) ? [value.Mean - value.Deviation, value.Mean + value.Deviation] : [value.Mean];
}
