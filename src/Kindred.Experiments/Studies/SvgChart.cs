using System.Globalization;
using System.Net;
using System.Text;

namespace Kindred.Experiments.Studies;

/// <summary>Numbers that belong together in a chart.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="Values">One a category.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<Summary> Values);

/// <summary>Charts as SVG, readable on light and dark ground: horizontal bars, lines and heatmaps, with the spread over seeds.</summary>
public static partial class SvgChart
{
    const double CharWidth = 6.7, Line = 16, Pad = 12, Plot = 420;
    static readonly string[] colors = ["#3b7dd8", "#e07b39", "#2f9e77", "#b5559e", "#c9a227", "#7a8088"];

    /// <summary>A group of horizontal bars a category, from 0.</summary>
    public static string Bars(string title, IReadOnlyList<string> categories, IReadOnlyList<ChartSeries> series)
    {
        var (bar, gap) = (series.Count > 1 ? 12.0 : 18.0, 8.0);
        var group = bar * Math.Max(1, series.Count) + gap;
        var left = Pad + Widest(categories) + 8;
        var top = Top(title, series, out var head);
        var (low, high) = Extent(series, zero: true);
        double X(double value) => left + Plot * (value - low) / (high - low);
        var body = new StringBuilder();
        foreach (var tick in Ticks(low, high))
        {
            VLine(body, "grid", X(tick), top, top + group * categories.Count);
            Text(body, X(tick), top + group * categories.Count + Line, Numbers.Short(tick), "middle", "small");
        }
        for (var c = 0; c < categories.Count; c++)
        {
            var y = top + group * c + gap / 2;
            Text(body, left - 8, y + (group - gap) / 2 + 4, categories[c], "end");
            for (var s = 0; s < series.Count; s++) Bar(body, series[s].Values[c], colors[s % colors.Length], y + bar * s, bar, X);
        }
        return Document(left + Plot + 110, top + group * categories.Count + 2 * Line, title, head.Append(body));
    }

    /// <summary>A line a series over evenly spaced categories.</summary>
    public static string Lines(string title, string x, string y, IReadOnlyList<string> categories, IReadOnlyList<ChartSeries> series)
    {
        const double height = 260;
        var left = Pad + 52;
        var top = Top(title, series, out var head);
        var (low, high) = Extent(series, zero: false);
        double X(int c) => left + (categories.Count < 2 ? Plot / 2 : Plot * (c + 0.5) / categories.Count);
        double Y(double value) => top + height * (high - value) / (high - low);
        var body = new StringBuilder();
        foreach (var tick in Ticks(low, high))
        {
            HLine(body, "grid", left, left + Plot, Y(tick));
            Text(body, left - 6, Y(tick) + 4, Numbers.Short(tick), "end", "small");
        }
        for (var c = 0; c < categories.Count; c++) Text(body, X(c), top + height + Line, categories[c], "middle", "small");
        Text(body, left + Plot / 2, top + height + 2.3 * Line, x, "middle");
        body.Append(CultureInfo.InvariantCulture, $"<text class=\"small\" text-anchor=\"middle\" transform=\"translate({Pad:0.#} {top + height / 2:0.#}) rotate(-90)\">{Escape(y)}</text>\n");
        for (var s = 0; s < series.Count; s++) Curve(body, series[s], colors[s % colors.Length], X, Y);
        return Document(left + Plot + 30, top + height + 3 * Line, title, head.Append(body));
    }

    /// <summary>Numbers in a coloured grid; NaN is left empty.</summary>
    public static string Heatmap(string title, string down, IReadOnlyList<string> rows, string right, IReadOnlyList<string> columns, double[][] values)
    {
        var (width, height) = (Math.Max(52, Widest(columns) + 10), 30.0);
        var left = Pad + Line + Widest(rows) + 8;
        var top = Top(title, [], out var body) + 2 * Line;
        var known = values.SelectMany(r => r).Where(double.IsFinite).ToArray();
        var (low, high) = known.Length == 0 ? (0, 1) : (known.Min(), known.Max());
        Text(body, left + width * columns.Count / 2, top - Line - 4, right, "middle", "small");
        body.Append(CultureInfo.InvariantCulture,
            $"<text class=\"small\" text-anchor=\"middle\" transform=\"translate({Pad + 4:0.#} {top + height * rows.Count / 2:0.#}) rotate(-90)\">{Escape(down)}</text>\n");
        for (var c = 0; c < columns.Count; c++) Text(body, left + width * (c + 0.5), top - 5, columns[c], "middle");
        for (var r = 0; r < rows.Count; r++)
        {
            Text(body, left - 8, top + height * (r + 0.5) + 4, rows[r], "end");
            for (var c = 0; c < columns.Count; c++)
            {
                if (!double.IsFinite(values[r][c])) continue;
                var share = high > low ? (values[r][c] - low) / (high - low) : 0.5;
                var ink = share > 0.5 ? "#ffffff" : "#10233f";
                body.Append(CultureInfo.InvariantCulture,
                    $"<rect x=\"{left + width * c:0.#}\" y=\"{top + height * r:0.#}\" width=\"{width - 2:0.#}\" height=\"{height - 2:0.#}\" rx=\"2\" fill=\"{Blue(share)}\"/>\n")
                    .Append(CultureInfo.InvariantCulture,
                        $"<text x=\"{left + width * (c + 0.5) - 1:0.#}\" y=\"{top + height * (r + 0.5) + 3:0.#}\" text-anchor=\"middle\" style=\"fill:{ink}\">{Numbers.Short(values[r][c])}</text>\n");
            }
        }
        return Document(left + width * columns.Count + Pad, top + height * rows.Count + Pad, title, body);
    }

    static void Bar(StringBuilder body, Summary value, string color, double y, double height, Func<double, double> x)
    {
        if (value.Seeds == 0 || !double.IsFinite(value.Mean)) return;
        var (from, to) = (Math.Min(x(0), x(value.Mean)), Math.Max(x(0), x(value.Mean)));
        body.Append(CultureInfo.InvariantCulture, $"<rect x=\"{from:0.#}\" y=\"{y:0.#}\" width=\"{to - from:0.#}\" height=\"{height - 2:0.#}\" rx=\"2\" fill=\"{color}\"/>\n");
        var end = to;
        if (double.IsFinite(value.Deviation))
        {
            end = Math.Max(end, x(value.Mean + value.Deviation));
            HLine(body, "error", x(value.Mean - value.Deviation), x(value.Mean + value.Deviation), y + height / 2 - 1);
        }
        Text(body, end + 6, y + height / 2 + 3, value.ToString(), "start", "small");
    }

    static void Curve(StringBuilder body, ChartSeries series, string color, Func<int, double> x, Func<double, double> y)
    {
        var points = series.Values.Select((v, i) => (V: v, X: x(i))).Where(p => p.V.Seeds > 0 && double.IsFinite(p.V.Mean)).ToArray();
        body.Append(CultureInfo.InvariantCulture,
            $"<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" points=\""
            + $"{string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:0.#},{y(p.V.Mean):0.#}")))}\"/>\n");
        foreach (var (v, at) in points)
        {
            if (double.IsFinite(v.Deviation)) VLine(body, "error", at, y(v.Mean + v.Deviation), y(v.Mean - v.Deviation));
            body.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{at:0.#}\" cy=\"{y(v.Mean):0.#}\" r=\"3.5\" fill=\"{color}\"/>\n");
        }
    }

    // Title and legend; returns where the chart begins.
    static double Top(string title, IReadOnlyList<ChartSeries> series, out StringBuilder head)
    {
        head = new();
        Text(head, Pad, Pad + 12, title, "start", "title");
        if (series.Count < 2) return Pad + 30;
        var x = Pad;
        foreach (var (one, i) in series.Select((s, i) => (s, i)))
        {
            head.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.#}\" y=\"{Pad + 24:0.#}\" width=\"10\" height=\"10\" rx=\"2\" fill=\"{colors[i % colors.Length]}\"/>\n");
            Text(head, x + 15, Pad + 33, one.Name, "start", "small");
            x += 30 + one.Name.Length * CharWidth;
        }
        return Pad + 50;
    }

    static (double Low, double High) Extent(IReadOnlyList<ChartSeries> series, bool zero)
    {
        var ends = series.SelectMany(s => s.Values).Where(v => v.Seeds > 0 && double.IsFinite(v.Mean))
            .SelectMany(v => double.IsFinite(v.Deviation) ? [v.Mean - v.Deviation, v.Mean + v.Deviation] : new[] { v.Mean }).Concat(zero ? [0.0] : []).ToArray();
        if (ends.Length == 0) return (0, 1);
        var (low, high) = (ends.Min(), ends.Max());
        var room = high > low ? (high - low) * 0.05 : Math.Max(1e-9, Math.Abs(high) * 0.1);
        return (zero && low >= 0 ? 0 : low - room, zero && high <= 0 ? 0 : high + room);
    }

    static IEnumerable<double> Ticks(double low, double high)
    {
        var raw = (high - low) / 5;
        var unit = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = unit * (raw / unit > 5 ? 10 : raw / unit > 2 ? 5 : raw / unit > 1 ? 2 : 1);
        for (var i = Math.Ceiling(low / step); i * step <= high + step * 1e-9; i++) yield return Math.Round(i * step, 12);
    }

    static double Widest(IEnumerable<string> texts) => texts.Select(t => t.Length).DefaultIfEmpty(0).Max() * CharWidth;

    static string Blue(double share)
    {
        int Mix(int from, int to) => (int)Math.Round(from + (to - from) * share);
        return $"#{Mix(0xE4, 0x14):x2}{Mix(0xEE, 0x46):x2}{Mix(0xFB, 0x9C):x2}";
    }

    static void VLine(StringBuilder body, string style, double x, double y1, double y2) =>
        body.Append(CultureInfo.InvariantCulture, $"<line class=\"{style}\" x1=\"{x:0.#}\" x2=\"{x:0.#}\" y1=\"{y1:0.#}\" y2=\"{y2:0.#}\"/>\n");

    static void HLine(StringBuilder body, string style, double x1, double x2, double y) =>
        body.Append(CultureInfo.InvariantCulture, $"<line class=\"{style}\" x1=\"{x1:0.#}\" x2=\"{x2:0.#}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/>\n");

    static void Text(StringBuilder body, double x, double y, string text, string anchor, string style = "label") =>
        body.Append(CultureInfo.InvariantCulture, $"<text class=\"{style}\" x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\">{Escape(text)}</text>\n");

    static string Escape(string text) => WebUtility.HtmlEncode(text);

    static string Document(double width, double height, string title, StringBuilder body)
    {
        width = Math.Max(width, 2 * Pad + title.Length * 8);
        return string.Create(CultureInfo.InvariantCulture, $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{width:0}} {{height:0}}" width="{{width:0}}" height="{{height:0}}" role="img">
            <title>{{Escape(title)}}</title>
            <style>
            text { font: 12px system-ui, sans-serif; fill: #24292f; }
            .title { font-size: 15px; font-weight: 600; }
            .small { font-size: 11px; }
            .grid { stroke: #8b949e; stroke-opacity: .35; }
            .error { stroke: #24292f; stroke-width: 1.5; }
            .ground { fill: #ffffff; }
            @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .error { stroke: #e6edf3; } .ground { fill: #0d1117; } }
            </style>
            <rect class="ground" width="{{width:0}}" height="{{height:0}}"/>
            {{body}}</svg>

            """);
    }
}
