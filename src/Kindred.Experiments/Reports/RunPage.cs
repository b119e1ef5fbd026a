using System.Globalization;
using System.Net;
using System.Text;
using Kindred.Experiments.Studies;

namespace Kindred.Experiments.Reports;

/// <summary>Runs as one page that needs nothing but itself: a table, what their recipes do not share, and curves. There is no script in it.</summary>
public static class RunPage
{
    const int MostCurves = 12, MostCompared = 8;

    /// <summary>The page.</summary>
    /// <param name="title">Its heading.</param>
    /// <param name="runs">The runs in order.</param>
    public static string Html(string title, IReadOnlyList<RunRecord> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var body = new StringBuilder();
        Table(body, runs);
        if (runs.Count is > 1 and <= MostCompared) Compared(body, RunComparison.Of(runs));
        if (runs.Count > MostCurves) body.Append(CultureInfo.InvariantCulture, $"<p>Curves are those of the first {MostCurves} runs.</p>\n");
        foreach (var chart in Charts([.. runs.Take(MostCurves)])) body.Append("<figure>").Append(chart).Append("</figure>\n");
        return $$"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>{{Escape(title)}}</title>
            <style>
            :root { color-scheme: light dark; }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 75em; margin: 2em auto; padding: 0 1em; }
            .wide { overflow-x: auto; }
            table { border-collapse: collapse; }
            td, th { padding: .25em 1.2em .25em 0; text-align: left; border-bottom: 1px solid #8886; vertical-align: top; }
            td.number { text-align: right; font-variant-numeric: tabular-nums; }
            figure { margin: 1.5em 0; } svg { max-width: 100%; height: auto; }
            </style></head><body>
            <h1>{{Escape(title)}}</h1>
            {{body}}</body></html>

            """;
    }

    static void Table(StringBuilder body, IReadOnlyList<RunRecord> runs)
    {
        body.Append("<div class=\"wide\"><table><tr><th>run</th><th>method</th><th>state</th><th>steps</th><th>epochs</th><th>loss</th><th>evaluations</th><th>began</th><th>size</th></tr>\n");
        foreach (var run in runs)
            body.Append(CultureInfo.InvariantCulture, $"<tr><td>{Escape(run.Name)}</td><td>{Escape(run.Method ?? "")}</td><td{(run.Info?.Message is { } message ? $" title=\"{Escape(message)}\"" : "")}>")
                .Append(CultureInfo.InvariantCulture, $"{RunText.Condition(run)}</td><td class=\"number\">{run.Step}</td><td class=\"number\">{Escape(RunText.Epochs(run))}</td>")
                .Append(CultureInfo.InvariantCulture, $"<td class=\"number\">{RunText.Loss(run)}</td><td>{Escape(RunText.Evaluations(run))}</td><td>{RunText.Began(run)}</td><td class=\"number\">{RunText.Size(run.Bytes)}</td></tr>\n");
        body.Append("</table></div>\n");
    }

    static void Compared(StringBuilder body, RunComparison comparison)
    {
        if (comparison.Settings.Count == 0) return;
        body.Append("<h2>What their recipes do not share</h2>\n<div class=\"wide\"><table><tr><th></th>").AppendJoin("", comparison.Runs.Select(r => $"<th>{Escape(r.Name)}</th>")).Append("</tr>\n");
        foreach (var row in comparison.Settings)
            body.Append(CultureInfo.InvariantCulture, $"<tr><th>{Escape(row.Name)}</th>").AppendJoin("", row.Values.Select(v => $"<td>{Escape(v ?? "–")}</td>")).Append("</tr>\n");
        body.Append("</table></div>\n");
    }

    static IEnumerable<string> Charts(IReadOnlyList<RunRecord> runs)
    {
        var logs = runs.Select(r => (r.Name, Lines: r.Lines("metrics.jsonl"))).ToArray();
        foreach (var (metric, title) in new[] { ("loss", "Loss"), ("z_std", "Spread of embeddings (z_std)"), ("effective_rank", "Effective rank"), ("lr", "Learning rate") })
            if (Drawn(logs, metric) is { Count: > 0 } curves) yield return SvgChart.Curves(title, "step", metric, curves);
        var watched = runs.Select(r => (r.Name, Lines: r.Lines("evaluations.jsonl"))).ToArray();
        foreach (var metric in watched.SelectMany(w => w.Lines).SelectMany(l => l.Keys).Distinct().Where(k => k is not ("step" or "epoch")).Order(StringComparer.Ordinal))
            yield return SvgChart.Curves(metric, "step", metric, Drawn(watched, metric));
        foreach (var metric in runs.SelectMany(r => r.Headlines).Select(h => h.Key).Distinct())
        {
            var measured = runs.Where(r => r.Evaluations.ContainsKey(metric)).ToArray();
            yield return SvgChart.Bars($"{metric} at the end", [.. measured.Select(r => r.Name)], [new(metric, [.. measured.Select(r => new Summary(r.Evaluations[metric], double.NaN, 1))])]);
        }
    }

    static List<ChartCurve> Drawn(IEnumerable<(string Name, IReadOnlyList<IReadOnlyDictionary<string, double>> Lines)> logs, string metric) =>
        [.. logs.Select(l => new ChartCurve(l.Name, [.. l.Lines.Where(x => x.ContainsKey(metric)).Select(x => (x["step"], x[metric]))])).Where(c => c.Points.Count > 0)];

    static string Escape(string text) => WebUtility.HtmlEncode(text);
}
