using System.Globalization;
using System.Net;
using Kindred.Experiments.Runs;
using Kindred.Io;

namespace Kindred.Cli.Demo;

/// <summary>The demo's page: what was asked, what came out, and pictures to believe it by.</summary>
static class DemoReport
{
    internal static void Write(string folder, IReadOnlyList<(string Who, IReadOnlyDictionary<string, double> Scores)> rows, RunSummary summary, int pictures)
    {
        var table = string.Concat(rows.Select(r => string.Create(CultureInfo.InvariantCulture,
            $"<tr><td>{WebUtility.HtmlEncode(r.Who)}</td><td>{r.Scores["r1"]:0.0} %</td><td>{r.Scores["r5"]:0.0} %</td></tr>\n")));
        var page = string.Create(CultureInfo.InvariantCulture, $$"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Kindred demo</title>
            <style>body{font:16px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}table{border-collapse:collapse}
            td,th{padding:.3em 1.2em .3em 0;text-align:left;border-bottom:1px solid #ddd}img{max-width:100%;border:1px solid #ddd}code{background:#f3f3f3;padding:0 .3em}</style></head><body>
            <h1>Finding the original of an edited picture</h1>
            <p>SimCLR saw {{summary.Steps}} batches of emoji pictures, each in two random edits (turned, scaled, shifted, recoloured), and no label.
            Then each of {{pictures}} held-out pictures was edited and looked for its original among all {{pictures}}; by chance it would be first in {{100.0 / pictures:0.00}} % of the cases.</p>
            <table><tr><th>compared by</th><th>original first</th><th>among five</th></tr>
            {{table}}</table>
            <p>Training took {{summary.Seconds:0}} s ({{summary.ImagesPerSecond:0}} pictures a second, two views each), seed 0, state <code>{{summary.StateSha256[..16]}}</code>.</p>
            <h2>Some queries</h2>
            <p>Left: the edited picture. Right: the nearest originals, nearest first; the right one has a green frame. The queries are drawings by Google (Apache-2.0) and Twitter (CC BY 4.0).</p>
            <img src="neighbours.png" alt="Edited pictures with their nearest originals">
            </body></html>
            """);
        AtomicFile.WriteText(Path.Combine(folder, "report", "index.html"), page);
        var text = string.Concat(rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Who,-24} original first {r.Scores["r1"],5:0.0} %   among five {r.Scores["r5"],5:0.0} %\n")));
        AtomicFile.WriteText(Path.Combine(folder, "report", "summary.txt"), text);
    }
}
