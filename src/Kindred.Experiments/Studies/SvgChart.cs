using System.Globalization;
using System.Net;
using System.Text;

namespace Kindred.Experiments.Studies;

/// <summary>Numbers that belong together in a chart.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="Values">One a category.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<Summary> Values);

/// <summary>A value to compare with, drawn across the chart: the untrained network, what a claim asks for.</summary>
/// <param name="Name">What stands beside it.</param>
/// <param name="Value">Where it is.</param>
public sealed record ChartLine(string Name, double Value);

/// <summary>What a chart says beside its numbers.</summary>
/// <param name="Axis">What is measured, with its unit, such as <c>knn accuracy, %</c>.</param>
/// <param name="Lines">Values to compare all with.</param>
/// <param name="Marks">A value to compare each category with; null for none.</param>
/// <param name="MarksName">What those are.</param>
public sealed record ChartNotes(string Axis = "", IReadOnlyList<ChartLine>? Lines = null, IReadOnlyList<double?>? Marks = null, string MarksName = "what is claimed");

/// <summary>Charts as SVG, readable on light and dark ground: horizontal bars, lines and heatmaps, with the spread over seeds.</summary>
public static partial class SvgChart
{
    const double CharWidth = 6.7, Line = 16, Pad = 12, Plot = 420;
    static readonly string[] colors = ["#3b7dd8", "#e07b39", "#2f9e77", "#b5559e", "#c9a227", "#7a8088"];

    /// <summary>A group of horizontal bars a category, from 0.</summary>
    /// <param name="title">What is shown; broken into lines where it is long.</param>
    /// <param name="categories">From top to bottom.</param>
    /// <param name="series">The bars of a group.</param>
    /// <param name="notes">What is measured, and what it is compared with.</param>
    public static string Bars(string title, IReadOnlyList<string> categories, IReadOnlyList<ChartSeries> series, ChartNotes? notes = null)
    {
        notes ??= new();
        var (bar, gap) = (series.Count > 1 ? 12.0 : 18.0, 8.0);
        var group = bar * Math.Max(1, series.Count) + gap;
        var left = Pad + Widest(categories) + 8;
        var width = left + Plot + 110;
        var top = Top(title, width, series, notes, out var head);
        var bottom = top + group * categories.Count;
        var (low, high) = Extent(series, notes, zero: true);
        double X(double value) => left + Plot * (value - low) / (high - low);
        var body = new StringBuilder();
        foreach (var (at, text) in Ticks(low, high))
        {
            VLine(body, "grid", X(at), top, bottom);
            Text(body, X(at), bottom + Line, text, "middle", "small");
        }
        foreach (var line in notes.Lines ?? []) VLine(body, "compare", X(line.Value), top - 3, bottom);
        for (var c = 0; c < categories.Count; c++)
        {
            var y = top + group * c + gap / 2;
            Text(body, left - 8, y + (group - gap) / 2 + 4, categories[c], "end");
            for (var s = 0; s < series.Count; s++) Bar(body, series[s].Values[c], colors[s % colors.Length], y + bar * s, bar, X);
            if (notes.Marks?[c] is { } mark) VLine(body, "claim", X(mark), y - 3, y + group - gap + 1);
        }
        Text(body, left + Plot / 2, bottom + 2.2 * Line, notes.Axis, "middle", "small");
        return Document(width, bottom + (notes.Axis.Length > 0 ? 2.8 : 2) * Line, title, head.Append(body));
    }

    /// <summary>A line a series over evenly spaced categories.</summary>
    /// <param name="title">What is shown; broken into lines where it is long.</param>
    /// <param name="x">What runs to the right.</param>
    /// <param name="y">What runs upwards, with its unit.</param>
    /// <param name="categories">From left to right.</param>
    /// <param name="series">The lines.</param>
    /// <param name="notes">What they are compared with.</param>
    public static string Lines(string title, string x, string y, IReadOnlyList<string> categories, IReadOnlyList<ChartSeries> series, ChartNotes? notes = null)
    {
        const double height = 260;
        notes ??= new();
        var (low, high) = Extent(series, notes, zero: false);
        var ticks = Ticks(low, high).ToArray();
        var left = Pad + Line + Widest(ticks.Select(t => t.Text)) + 8;
        var width = left + Plot + 30;
        var top = Top(title, width, series, notes, out var head);
        double X(int c) => left + (categories.Count < 2 ? Plot / 2 : Plot * (c + 0.5) / categories.Count);
        double Y(double value) => top + height * (high - value) / (high - low);
        var body = new StringBuilder();
        foreach (var (at, text) in ticks)
        {
            HLine(body, "grid", left, left + Plot, Y(at));
            Text(body, left - 6, Y(at) + 4, text, "end", "small");
        }
        foreach (var line in notes.Lines ?? []) HLine(body, "compare", left, left + Plot, Y(line.Value));
        for (var c = 0; c < categories.Count; c++)
        {
            Text(body, X(c), top + height + Line, categories[c], "middle", "small");
            if (notes.Marks?[c] is { } mark) HLine(body, "claim", X(c) - 10, X(c) + 10, Y(mark));
        }
        Text(body, left + Plot / 2, top + height + 2.3 * Line, x, "middle");
        Upwards(body, y, Pad, top + height / 2);
        for (var s = 0; s < series.Count; s++) Curve(body, series[s], colors[s % colors.Length], X, Y);
        return Document(width, top + height + 3 * Line, title, head.Append(body));
    }

    /// <summary>Numbers in a coloured grid with a scale below; NaN is left empty.</summary>
    /// <param name="title">What is shown; broken into lines where it is long.</param>
    /// <param name="down">What runs downwards.</param>
    /// <param name="rows">From top to bottom.</param>
    /// <param name="right">What runs to the right.</param>
    /// <param name="columns">From left to right.</param>
    /// <param name="values">A row each.</param>
    /// <param name="axis">What is measured, with its unit.</param>
    public static string Heatmap(string title, string down, IReadOnlyList<string> rows, string right, IReadOnlyList<string> columns, double[][] values, string axis = "")
    {
        var (width, height) = (Math.Max(52, Widest(columns) + 10), 30.0);
        var left = Pad + Line + Widest(rows) + 8;
        var whole = Math.Max(left + width * columns.Count + Pad, 260);
        var top = Top(title, whole, [], new(), out var body) + 2 * Line;
        var known = values.SelectMany(r => r).Where(double.IsFinite).ToArray();
        var (low, high) = known.Length == 0 ? (0, 1) : (known.Min(), known.Max());
        Text(body, left + width * columns.Count / 2, top - Line - 4, right, "middle", "small");
        Upwards(body, down, Pad + 4, top + height * rows.Count / 2);
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
        return Document(whole, Scale(body, Pad, top + height * rows.Count + Pad, whole - 2 * Pad, low, high, axis) + Pad, title, body);
    }

    // What the colours mean: a strip from the least to the largest, and its name.
    static double Scale(StringBuilder body, double x, double y, double width, double low, double high, string axis)
    {
        if (!(high > low)) return y;
        body.Append("<defs><linearGradient id=\"scale\">").AppendJoin("", Enumerable.Range(0, 5).Select(i => $"<stop offset=\"{i * 25}%\" stop-color=\"{Blue(i / 4.0)}\"/>"))
            .Append("</linearGradient></defs>\n")
            .Append(CultureInfo.InvariantCulture, $"<rect class=\"scale\" x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{width:0.#}\" height=\"9\" rx=\"2\" style=\"fill:url(#scale)\"/>\n");
        Text(body, x, y + 9 + Line, Numbers.Short(low), "start", "small");
        Text(body, x + width / 2, y + 9 + Line, axis, "middle", "small");
        Text(body, x + width, y + 9 + Line, Numbers.Short(high), "end", "small");
        return y + 9 + Line;
    }

    static void Bar(StringBuilder body, Summary value, string color, double y, double height, Func<double, double> x)
    {
        if (value.Seeds == 0 || !double.IsFinite(value.Mean)) return;
        var (from, to) = (Math.Min(x(0), x(value.Mean)), Math.Max(x(0), x(value.Mean)));
        body.Append(CultureInfo.InvariantCulture, $"<rect x=\"{from:0.#}\" y=\"{y:0.#}\" width=\"{to - from:0.#}\" height=\"{height - 2:0.#}\" rx=\"2\" fill=\"{color}\"/>\n");
        var end = to;
        if (double.IsFinite(value.Deviation))
        {
            var (less, more) = (x(value.Mean - value.Deviation), x(value.Mean + value.Deviation));
            end = Math.Max(end, more);
            HLine(body, "error", less, more, y + height / 2 - 1);
            foreach (var cap in new[] { less, more }) VLine(body, "cap", cap, y + height / 2 - 4, y + height / 2 + 2);
        }
        Text(body, end + 6, y + height / 2 + 3, value.ToString(), "start", "small");
    }

    static void Curve(StringBuilder body, ChartSeries series, string color, Func<int, double> x, Func<double, double> y)
    {
        var points = series.Values.Select((v, i) => (V: v, X: x(i))).Where(p => p.V.Seeds > 0 && double.IsFinite(p.V.Mean)).ToArray();
        foreach (var (v, at) in points.Where(p => double.IsFinite(p.V.Deviation)))
        {
            var (above, below) = (y(v.Mean + v.Deviation), y(v.Mean - v.Deviation));
            body.Append(CultureInfo.InvariantCulture, $"<path class=\"spread\" stroke=\"{color}\" d=\"M{at:0.#} {above:0.#}V{below:0.#}M{at - 4:0.#} {above:0.#}h8M{at - 4:0.#} {below:0.#}h8\"/>\n");
        }
        body.Append(CultureInfo.InvariantCulture,
            $"<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" points=\""
            + $"{string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:0.#},{y(p.V.Mean):0.#}")))}\"/>\n");
        foreach (var (v, at) in points) body.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{at:0.#}\" cy=\"{y(v.Mean):0.#}\" r=\"3.5\" fill=\"{color}\"/>\n");
    }

    // Title and legend; returns where the chart begins.
    static double Top(string title, double width, IReadOnlyList<ChartSeries> series, ChartNotes notes, out StringBuilder head)
    {
        head = new();
        var (y, x) = (Title(head, title, width), Pad);
        var entries = (series.Count < 2 ? [] : series.Select((s, i) => (s.Name, Swatch: colors[i % colors.Length])))
            .Concat((notes.Lines ?? []).Select(l => ($"{l.Name} {Numbers.Short(l.Value)}", Swatch: "compare")))
            .Concat(notes.Marks?.Any(m => m is not null) == true ? [(notes.MarksName, "claim")] : []).ToArray();
        foreach (var (name, swatch) in entries)
        {
            var taken = 30 + name.Length * CharWidth;
            if (x > Pad && x + taken > width) (x, y) = (Pad, y + Line);
            if (swatch[0] == '#') head.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"10\" height=\"10\" rx=\"2\" fill=\"{swatch}\"/>\n");
            else HLine(head, swatch, x, x + 11, y + 5);
            Text(head, x + 15, y + 9, name, "start", "small");
            x += taken;
        }
        return y + (entries.Length > 0 ? 26 : 6);
    }

    // In as many lines as it takes; returns where what follows may begin.
    static double Title(StringBuilder head, string title, double width)
    {
        const double wide = 8.6;
        var (y, line) = (Pad + 12, "");
        foreach (var word in title.Split(' '))
        {
            if (line.Length > 0 && (line.Length + 1 + word.Length) * wide > width - 2 * Pad)
            {
                Text(head, Pad, y, line, "start", "title");
                (line, y) = ("", y + 19);
            }
            line = line.Length == 0 ? word : $"{line} {word}";
        }
        Text(head, Pad, y, line, "start", "title");
        return y + 12;
    }

    static void Upwards(StringBuilder body, string text, double x, double y) => body.Append(CultureInfo.InvariantCulture,
        $"<text class=\"small\" text-anchor=\"middle\" transform=\"translate({x:0.#} {y:0.#}) rotate(-90)\">{Escape(text)}</text>\n");

    static (double Low, double High) Extent(IReadOnlyList<ChartSeries> series, ChartNotes notes, bool zero)
    {
        var ends = series.SelectMany(s => s.Values).Where(v => v.Seeds > 0 && double.IsFinite(v.Mean))
            .SelectMany(v => double.IsFinite(v.Deviation) ? [v.Mean - v.Deviation, v.Mean + v.Deviation] : new[] { v.Mean })
            .Concat((notes.Lines ?? []).Select(l => l.Value)).Concat((notes.Marks ?? []).OfType<double>()).Concat(zero ? [0.0] : []).ToArray();
        if (ends.Length == 0) return (0, 1);
        var (low, high) = (ends.Min(), ends.Max());
        var room = high > low ? (high - low) * 0.05 : Math.Max(1e-9, Math.Abs(high) * 0.1);
        return (zero && low >= 0 ? 0 : low - room, zero && high <= 0 ? 0 : high + room);
    }

    /// <summary>Round numbers between two, some five of them, each with as many decimals as their distance has.</summary>
    internal static IEnumerable<(double At, string Text)> Ticks(double low, double high)
    {
        const double wanted = 5;
        var unit = Math.Pow(10, Math.Floor(Math.Log10((high - low) / wanted)));
        var step = new[] { 1.0, 2, 5, 10 }.Select(m => m * unit).MinBy(s => Math.Abs((high - low) / s - wanted));
        var largest = Math.Max(Math.Abs(low), Math.Abs(high));
        var decimals = Enumerable.Range(0, 15).First(d => Math.Abs(step * Math.Pow(10, d) - Math.Round(step * Math.Pow(10, d))) < 1e-6 || d == 14);
        for (var i = Math.Ceiling(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
        {
            var at = Math.Round(i * step, 14) + 0.0;                          // and no minus before nothing
            yield return (at, largest is >= 1e6 or < 1e-4 ? at.ToString("0.##e+0", CultureInfo.InvariantCulture) : at.ToString($"F{decimals}", CultureInfo.InvariantCulture));
        }
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
        return string.Create(CultureInfo.InvariantCulture, $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{width:0}} {{height:0}}" width="{{width:0}}" height="{{height:0}}" role="img">
            <title>{{Escape(title)}}</title>
            <style>
            text { font: 12px system-ui, sans-serif; fill: #24292f; }
            .title { font-size: 15px; font-weight: 600; }
            .small { font-size: 11px; }
            .grid { stroke: #8b949e; stroke-opacity: .35; }
            .error, .cap { stroke: #24292f; stroke-width: 1.5; }
            .spread { fill: none; stroke-width: 1.5; stroke-opacity: .7; }
            .compare { stroke: #8250df; stroke-width: 1.5; stroke-dasharray: 5 4; }
            .claim { stroke: #cf222e; stroke-width: 2; }
            .ground { fill: #ffffff; }
            @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .error, .cap { stroke: #e6edf3; } .compare { stroke: #a371f7; } .claim { stroke: #ff7b72; } .ground { fill: #0d1117; } }
            </style>
            <rect class="ground" width="{{width:0}}" height="{{height:0}}"/>
            {{body}}</svg>

            """);
    }
}
