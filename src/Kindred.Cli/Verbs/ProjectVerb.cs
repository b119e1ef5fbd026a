using System.CommandLine;
using System.Globalization;
using Kindred.Experiments.Evaluation;
using Kindred.Index.Analysis;
using Kindred.Io;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred project RUN|FILE --out FILE.csv</c>: a map of vectors in the plane.</summary>
static class ProjectVerb
{
    const int MostColours = 5;

    internal static Command Create()
    {
        var words = new CollectionWords();
        var method = new Option<string>("--method") { Description = "umap keeps near ones near; pca shows the directions of most variance.",
            DefaultValueFactory = _ => "umap" };
        var neighbours = new Option<int>("--neighbours") { Description = "Of umap: how many others hold a point in place.", DefaultValueFactory = _ => 15 };
        var least = new Option<double>("--min-dist") { Description = "Of umap: how close points may come.", DefaultValueFactory = _ => 0.1 };
        var components = new Option<int>("--components") { Description = "Of pca: how many directions.", DefaultValueFactory = _ => 2 };
        var seed = new Option<ulong>("--seed") { Description = "Of umap: the same seed gives the same map." };
        var plot = new Option<string?>("--plot") { Description = "Draws the first two directions into an SVG, a colour a label." };
        var command = words.On(new("project", "Maps vectors into the plane.") { method, neighbours, least, components, seed, plot });
        command.SetAction((r, cancel) => Task.Run(() =>
        {
            if (r.GetValue(method) is not ("umap" or "pca") and var other) throw new ConfigurationException($"--method {other}: there are umap and pca.");
            using var collection = words.Open(r, cancel);
            var (vectors, metric) = (collection.Vectors, words.Metric(r, collection));
            Launcher.HoldSignals();
            var (values, wide, shares) = r.GetValue(method) == "pca" ? Principal(vectors, r.GetValue(components), cancel)
                : (Umap.Fit(vectors, NearestGraph.Of(vectors, Math.Min(r.GetValue(neighbours), Math.Max(1, vectors.Count - 1)), metric, collection.Index,
                    new() { Cancel = cancel }),
                    new(r.GetValue(neighbours), r.GetValue(least), 0, r.GetValue(seed)), metric, cancel), 2, null);
            string[] axes = wide == 2 ? ["x", "y"] : [.. Enumerable.Range(1, wide).Select(i => string.Create(CultureInfo.InvariantCulture, $"x{i}"))];
            var file = words.Write(r, Enumerable.Range(0, vectors.Count).Select(i => (string[])[collection.Names[i], collection.Labels?[i] ?? "",
                .. Enumerable.Range(0, wide).Select(a => values[(i * wide) + a].ToString(CultureInfo.InvariantCulture))]).Prepend(["name", "label", .. axes]));
            if (r.GetValue(plot) is { } path) AtomicFile.WriteText(path, Draw(values, wide, collection.Labels));
            if (r.GetValue(words.Json)) Output.Json(new { File = file, vectors.Count, Method = r.GetValue(method), Plot = r.GetValue(plot), Shares = shares });
            Output.Say($"{vectors.Count} points in {file}"
                + $"{(shares is null ? "" : $"; the directions have {string.Join(", ", shares.Select(s => s.ToString("P1", CultureInfo.InvariantCulture)))} of the variance")}");
            return 0;
        }));
        return command;
    }

    static (float[], int, IReadOnlyList<double>?) Principal(Index.Vectors vectors, int components, CancellationToken cancel)
    {
        var pca = Pca.Fit(vectors, components, cancel: cancel);
        return (pca.Transform(vectors), components, pca.Shares);
    }

    // All points first, so that they set the frame; the most frequent labels over them in colours of their own.
    static string Draw(float[] values, int wide, IReadOnlyList<string?>? labels)
    {
        (double, double)[] points = [.. Enumerable.Range(0, values.Length / wide).Select(i => ((double)values[i * wide], wide > 1 ? (double)values[(i * wide) + 1] : 0))];
        var named = (labels ?? []).Index().Where(l => l.Item is not null).GroupBy(l => l.Item!, l => l.Index).OrderByDescending(g => g.Count()).ThenBy(g =>
            g.Key, StringComparer.Ordinal).Take(MostColours);
        return Scatter.Svg($"{points.Length} points", [("all", points), .. named.Select(g => (g.Key, g.Select(i => points[i]).ToArray()))]);
    }
}
