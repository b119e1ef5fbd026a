using System.Globalization;
using System.Text;

namespace Kindred.Experiments.Studies;

/// <summary>A line through points of its own.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="Points">Where it goes, from left to right; what is not finite is left out.</param>
public sealed record ChartCurve(string Name, IReadOnlyList<(double X, double Y)> Points);

public static partial class SvgChart
{
    const int MostPoints = 400;

    /// <summary>A line a curve over a common axis of numbers, as losses over steps are.</summary>
    /// <param name="title">What is shown.</param>
    /// <param name="x">What runs to the right.</param>
    /// <param name="y">What runs upwards.</param>
    /// <param name="curves">The lines; of long ones some hundred points are drawn, those with the least and the largest value of each stretch.</param>
    public static string Curves(string title, string x, string y, IReadOnlyList<ChartCurve> curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        const double height = 260;
        ChartCurve[] shown = [.. curves.Select(c => new ChartCurve(c.Name, Thin([.. c.Points.Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y))])))];
        var left = Pad + 52;
        var head = new StringBuilder();
        Text(head, Pad, Pad + 12, title, "start", "title");
        var top = Legend(head, shown);
        var (low, high) = Ends(shown.SelectMany(c => c.Points).Select(p => p.Y), 0.05);
        var (first, last) = Ends(shown.SelectMany(c => c.Points).Select(p => p.X), 0);
        double X(double value) => left + Plot * (value - first) / (last - first);
        double Y(double value) => top + height * (high - value) / (high - low);
        var body = new StringBuilder();
        foreach (var tick in Ticks(low, high))
        {
            HLine(body, "grid", left, left + Plot, Y(tick));
            Text(body, left - 6, Y(tick) + 4, Numbers.Short(tick), "end", "small");
        }
        foreach (var tick in Ticks(first, last)) Text(body, X(tick), top + height + Line, tick.ToString("0.####", CultureInfo.InvariantCulture), "middle", "small");
        Text(body, left + Plot / 2, top + height + 2.3 * Line, x, "middle");
        body.Append(CultureInfo.InvariantCulture, $"<text class=\"small\" text-anchor=\"middle\" transform=\"translate({Pad:0.#} {top + height / 2:0.#}) rotate(-90)\">{Escape(y)}</text>\n");
        for (var c = 0; c < shown.Length; c++)
            body.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colors[c % colors.Length]}\"{(c >= colors.Length ? " stroke-dasharray=\"5 3\"" : "")} stroke-width=\"1.6\" points=\""
                + $"{string.Join(' ', shown[c].Points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.X):0.#},{Y(p.Y):0.#}")))}\"/>\n");
        return Document(left + Plot + 30, top + height + 3 * Line, title, head.Append(body));
    }

    // One name a line: runs have long ones.
    static double Legend(StringBuilder head, ChartCurve[] curves)
    {
        if (curves.Length < 2) return Pad + 30;
        for (var c = 0; c < curves.Length; c++)
        {
            var y = Pad + 24 + c * Line;
            head.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Pad:0.#}\" y=\"{y:0.#}\" width=\"10\" height=\"10\" rx=\"2\" fill=\"{colors[c % colors.Length]}\"{(c >= colors.Length ? " opacity=\".5\"" : "")}/>\n");
            Text(head, Pad + 15, y + 9, curves[c].Name, "start", "small");
        }
        return Pad + 34 + curves.Length * Line;
    }

    static (double Low, double High) Ends(IEnumerable<double> values, double share)
    {
        double[] all = [.. values];
        if (all.Length == 0) return (0, 1);
        var (low, high) = (all.Min(), all.Max());
        return high > low ? (low - (high - low) * share, high + (high - low) * share) : (low - Math.Max(1e-9, Math.Abs(low) * 0.1), high + Math.Max(1e-9, Math.Abs(high) * 0.1));
    }

    static IReadOnlyList<(double X, double Y)> Thin((double X, double Y)[] points)
    {
        if (points.Length <= MostPoints) return points;
        var stretch = (int)Math.Ceiling(2.0 * points.Length / MostPoints);
        return [.. points.Chunk(stretch).SelectMany(part => new[] { part.MinBy(p => p.Y), part.MaxBy(p => p.Y) }.Distinct().OrderBy(p => p.X)), points[^1]];
    }
}
