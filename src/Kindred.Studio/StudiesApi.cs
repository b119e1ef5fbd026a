using System.Text.Json.Nodes;
using Kindred.Io;
using Microsoft.AspNetCore.Builder;

namespace Kindred.Studio;

/// <summary>Studies: what they ask, the table, the claims and how they came out, the plot, and the runs of their cells.</summary>
static class StudiesApi
{
    internal static void Map(WebApplication app, Catalog catalog)
    {
        app.MapGet("/api/studies", () => Reply.Json(catalog.Now.Studies.Values.Select(Line).OrderBy(s => s.Name, StringComparer.Ordinal)));
        app.MapGet("/api/studies/{id}", (string id) =>
        {
            var found = catalog.Now;
            if (!found.Studies.TryGetValue(id, out var study)) return Reply.Missing();
            var inside = study.Path + Path.DirectorySeparatorChar;
            return Reply.Json(new
            {
                Study = Line(study),
                Table = Table(study),
                Heat = StudyHeat.Of(Result(study)),
                Claims = StudyClaims.Of(Result(study)),
                Papers = Figures.For(Result(study)),
                Failures = Result(study)?["failures"],
                Plot = Plot(study) is not null,
                Runs = found.Runs.Values.Where(r => r.Path.StartsWith(inside, StringComparison.Ordinal)).Select(r => new { r.Id, Cell = CellOf(r.Path[inside.Length..]) })
                    .OrderBy(r => r.Cell, StringComparer.Ordinal),
            });
        });
        app.MapGet("/api/studies/{id}/plot", (string id) => catalog.Now.Studies.TryGetValue(id, out var study) && Plot(study) is { } plot ? RunsApi.Send(plot) : Reply.Missing());
    }

    sealed record StudyLine(string Id, string Name, string? Title, string? Paper, string? Claim, int Cells, int Held, int Failed, int Open);

    static StudyLine Line(Place study)
    {
        var result = Result(study);
        var holds = (result?["holds"] as JsonArray ?? []).Select(h => (h as JsonObject)?["holds"] is JsonValue said && said.TryGetValue<bool>(out var held) ? held : (bool?)null).ToArray();
        return new(study.Id, study.Name, result?["title"]?.ToString(), result?["paper"]?.ToString(), result?["claim"]?.ToString(), (result?["cells"] as JsonArray)?.Count ?? 0,
            holds.Count(h => h == true), holds.Count(h => h == false), holds.Count(h => h is null));
    }

    static string? Plot(Place study) => RunsApi.Files(study.Path, ".svg").FirstOrDefault(f => f.Name == "plot.svg")?.FullName;

    static string CellOf(string below)
    {
        var parts = below.Split(Path.DirectorySeparatorChar);
        return parts is ["cells", var cell, ..] ? cell : below;
    }

    static JsonObject? Result(Place study)
    {
        try
        {
            var file = RunsApi.Files(study.Path, ".json").FirstOrDefault(f => f.Name == "study.json");
            return file is null ? null : JsonNode.Parse(RegularFile.ReadAllText(file.FullName, 16 << 20)) as JsonObject;
        }
        catch (System.Text.Json.JsonException) { return null; }
    }

    // The table that the study's report chose: its columns are the study's, its numbers rounded by their spread.
    static object? Table(Place study)
    {
        var file = RunsApi.Files(study.Path, ".md").FirstOrDefault(f => f.Name == "table.md");
        if (file is null) return null;
        var rows = RegularFile.ReadAllLines(file.FullName).Where(l => l.StartsWith('|')).Select(l => l.Trim().Trim('|').Split('|').Select(c => c.Trim()).ToArray()).ToArray();
        return rows.Length < 2 ? null : new { Columns = rows[0], Rows = rows.Skip(2) };
    }
}
