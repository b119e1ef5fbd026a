using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Io;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Kindred.Studio;

/// <summary>Runs: the list, one run, its curves, its pictures, and what two recipes do not share.</summary>
static class RunsApi
{
    const int MostRows = 2_000;
    const long MostPicture = 32 << 20;

    internal static void Map(WebApplication app, Catalog catalog, StudioOptions options, Starter starter)
    {
        var events = new RunEvents(catalog, options.Clock, app.Lifetime.ApplicationStopping);
        app.MapGet("/api/runs", () => Reply.Json(catalog.Now.Runs.Values.Select(r => RunLine.Of(r, options.Clock.GetUtcNow())).OrderByDescending(r => r.Created)));
        app.MapGet("/api/runs/{id}", (string id) => catalog.Now.Runs.TryGetValue(id, out var run) ? Reply.Json(Details(run, options, starter)) : Reply.Missing());
        app.MapGet("/api/runs/{id}/metrics", (string id) => catalog.Now.Runs.TryGetValue(id, out var run) ? Reply.Json(Curves(run)) : Reply.Missing());
        app.MapGet("/api/runs/{id}/geometry", (string id) => catalog.Now.Runs.TryGetValue(id, out var run) ? Reply.Json(RunGeometry.Of(run)) : Reply.Missing());
        app.MapGet("/api/runs/{id}/pictures/{picture}", (string id, string picture) =>
            catalog.Now.Runs.TryGetValue(id, out var run) && PicturesOf(run).FirstOrDefault(p => p.Id == picture) is { } found ? Send(found.Path) : Reply.Missing());
        app.MapGet("/api/differences", (string? a, string? b) =>
            catalog.Now.Runs.TryGetValue(a ?? "", out var before) && catalog.Now.Runs.TryGetValue(b ?? "", out var after)
            && RunLine.Read(before) is { } first && RunLine.Read(after) is { } second ? Reply.Json(RecipeDifference.Between(first, second)) : Reply.Missing());
        app.MapGet("/api/events", events.Stream);
    }

    static object Details(Place run, StudioOptions options, Starter starter)
    {
        var line = RunLine.Of(run, options.Clock.GetUtcNow());
        var rows = Rows(run, "metrics.jsonl").Rows;
        return new
        {
            Run = line,
            Stoppable = starter.Stoppable(run.Path),
            Alarms = Alarms.Of(rows, line, RunGeometry.Last(run)),
            Recipe = Text(run, "config.yaml"),
            Given = Text(run, "config.input.yaml"),
            Overrides = Text(run, "overrides.txt")?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [],
            Environment = Json(Path.Combine(run.Path, "env.json")),
            Evaluations = Evaluations(run),
            Watched = Table(Rows(run, "evaluations.jsonl").Rows),
            Pictures = PicturesOf(run).Select(p => new { p.Id, p.Name }),
        };
    }

    internal static object Curves(Place run)
    {
        var (rows, to) = Rows(run, "metrics.jsonl");
        return new { Table = Table(MetricRow.Thin(rows, MostRows)), Offset = to };
    }

    // Columns are shorter than rows that say each name again.
    static object Table(IReadOnlyList<MetricRow> rows) => new
    {
        Steps = rows.Select(r => r.Step),
        Values = rows.SelectMany(r => r.Values.Keys).Distinct().ToDictionary(name => name, name => rows.Select(r => double.IsFinite(r[name]) ? r[name] : (double?)null)),
    };

    static (IReadOnlyList<MetricRow> Rows, long To) Rows(Place run, string file)
    {
        var (lines, to, _) = LineTail.Read(Path.Combine(run.Path, file), 0);
        return ([.. lines.Select(MetricRow.Parse).OfType<MetricRow>()], to);
    }

    static IEnumerable<JsonNode> Evaluations(Place run) =>
        Files(Path.Combine(run.Path, "eval"), ".json").Select(f => (Name: Path.GetFileNameWithoutExtension(f.Name), Json: Json(f.FullName) as JsonObject)).Where(e => e.Json is not null)
            .Select(e => { e.Json!["name"] = e.Name; return (JsonNode)e.Json; });

    // What the run drew: samples while it trained, and pictures of its evaluations.
    static IEnumerable<Place> PicturesOf(Place run) =>
        Files(Path.Combine(run.Path, "samples"), ".png").Concat(Files(Path.Combine(run.Path, "eval"), ".png", ".svg"))
            .Select(f => (File: f, Name: $"{f.Directory!.Name}/{f.Name}")).Select(f => new Place(Catalog.IdOf(f.Name), f.Name, f.File.FullName));

    internal static IEnumerable<FileInfo> Files(string folder, params string[] endings)
    {
        var info = new DirectoryInfo(folder);
        return !info.Exists || info.LinkTarget is not null ? []
            : info.EnumerateFiles().Where(f => f.LinkTarget is null && endings.Contains(f.Extension)).OrderBy(f => f.Name, StringComparer.Ordinal).Take(1000);
    }

    /// <summary>A picture; one that holds scripts, as an SVG may, is kept from running them.</summary>
    internal static IResult Send(string path) => new Picture(RegularFile.ReadAllBytes(path, MostPicture), Path.GetExtension(path) == ".svg" ? "image/svg+xml" : "image/png");

    static string? Text(Place run, string name)
    {
        var file = Path.Combine(run.Path, name);
        try { return File.Exists(file) && new FileInfo(file).LinkTarget is null ? RegularFile.ReadAllText(file, 1 << 20) : null; }
        catch (DataException) { return null; }
    }

    static JsonNode? Json(string path)
    {
        try { return File.Exists(path) && new FileInfo(path).LinkTarget is null ? JsonNode.Parse(RegularFile.ReadAllText(path, 4 << 20)) : null; }
        catch (Exception e) when (e is System.Text.Json.JsonException or DataException) { return null; }
    }

    sealed class Picture(byte[] bytes, string type) : IResult
    {
        public async Task ExecuteAsync(HttpContext context)
        {
            context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
            context.Response.ContentType = type;
            context.Response.ContentLength = bytes.Length;
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }
}
