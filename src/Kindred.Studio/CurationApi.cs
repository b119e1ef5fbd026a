using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Kindred.Experiments.Embeddings;
using Kindred.Index;
using Kindred.Index.Analysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kindred.Studio;

/// <summary>What vectors say about their samples: columns to colour by, near-duplicates, outliers, labels that neighbours suggest, what is like something that was sent.</summary>
/// <remarks>Nothing is written: a page keeps what a person accepts, and makes the table itself.</remarks>
sealed class CurationApi(Catalog catalog, MapStore maps, Work work, Likeness likeness)
{
    internal const int MostWorked = 20_000;
    const int MostGroups = 100, MostOfGroup = 12, MostShown = 60, MostSuggested = 500, MostText = 1000, Voters = 20;
    const long MostPicture = 8 << 20;

    readonly ConcurrentDictionary<(string, DateTime, string), Task<object>> made = new();

    internal void Map(WebApplication app)
    {
        app.MapGet("/api/embeddings/{id}/columns", (string id) => With(id, (file, all) => Reply.Json(Columns.Of(file, all.Vectors.Count <= MostWorked))));
        app.MapGet("/api/embeddings/{id}/columns/{column}", (string id, string column) => Told(id, column, c =>
        {
            var (low, high) = Columns.Range(c.Values);
            return Reply.Json(new { c.Labels, Low = low, High = high });
        }));
        app.MapGet("/api/embeddings/{id}/columns/{column}/values", (string id, string column) =>
            Told(id, column, c => Results.Bytes(MemoryMarshal.AsBytes<float>(c.Values).ToArray(), "application/octet-stream")));
        app.MapGet("/api/embeddings/{id}/duplicates", (string id, float? threshold) => Worked(id, async (file, all) =>
        {
            var groups = NearDuplicates.Groups(await Nearest(file, all), Math.Clamp(threshold ?? 0.95f, -1, 1));
            return Reply.Json(new { Count = groups.Count, More = groups.Sum(g => g.Count - 1),
                Groups = groups.Take(MostGroups).Select(g => g.Take(MostOfGroup).Select(m => EmbeddingsApi.Named(all, m.Row, m.Score))) });
        }));
        app.MapGet("/api/embeddings/{id}/outliers", (string id) => Worked(id, async (file, all) =>
        {
            var alone = Columns.Solitude(await Nearest(file, all)).Values;
            return Reply.Json(Enumerable.Range(0, alone.Length).Where(i => float.IsFinite(alone[i])).OrderByDescending(i => alone[i]).Take(MostShown).Select(i =>
                EmbeddingsApi.Named(all, i, alone[i])));
        }));
        app.MapGet("/api/embeddings/{id}/suggestions", (string id, string? first) => Worked(id, async (file, all) =>
        {
            if (all.Labels is null || all.Labels.All(l => l is null)) return Reply.Problem(422, "None of these samples has a label; give some, and neighbours suggest the others.");
            if (all.Labels.All(l => l is not null)) return Reply.Problem(422, "All of these samples have labels.");
            var suggested = (IReadOnlyList<Suggested>)await Made(file, "votes", () => Votes.For(all.Vectors, all.Labels, Voters, all.Index?.Metric ?? Metric.Cosine, new() { Threads = 1 }));
            var ordered = first == "sure" ? suggested.OrderByDescending(s => s.Margin).ThenBy(s => s.Row) : suggested.OrderBy(s => s.Margin).ThenBy(s => s.Row);
            return Reply.Json(new { suggested.Count, Suggestions = ordered.Take(MostSuggested).Select(s =>
                new { s.Row, Name = all.Names[s.Row], s.Label, s.Share, s.Margin, Nearest = EmbeddingsApi.Named(all, s.Nearest, s.Score) }) });
        }));
        app.MapPost("/api/embeddings/{id}/like", Like);
    }

    async Task<IResult> Like(HttpContext context, string id)
    {
        // A form of another site can send neither this header nor, without being asked first, this kind of body.
        if (context.Request.Headers["X-Kindred-Search"] != "1") return Reply.Problem(403, "Only a page of this server may ask.");
        if (!catalog.Now.Embeddings.TryGetValue(id, out var file)) return Reply.Missing();
        var all = maps.Open(file);
        var kind = Likeness.KindOf(all);
        if (kind is null) return Reply.Problem(422, "The run that made these vectors is not where it was, or takes neither pictures nor text.");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MostPicture;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var text = kind == "text" ? System.Text.Encoding.UTF8.GetString(body.ToArray()).ReplaceLineEndings(" ").Trim() : "";
        if (body.Length == 0 || (kind == "text" && text.Length is 0 or > MostText)) return Reply.Problem(422, kind == "text" ? "A sentence was expected." : "A picture was expected.");
        var found = await work.Do(() => kind == "text" ? likeness.OfText(file, text, MostShown) : likeness.OfPicture(file, body.ToArray(), MostShown), context.RequestAborted);
        return Reply.Json(found.Select(f => EmbeddingsApi.Named(all, f.Row, f.Score)));
    }

    IResult With(string id, Func<Place, Collection, IResult> answer) => catalog.Now.Embeddings.TryGetValue(id, out var file) ? answer(file, maps.Open(file)) : Reply.Missing();

    async Task<IResult> Worked(string id, Func<Place, Collection, Task<IResult>> answer)
    {
        if (!catalog.Now.Embeddings.TryGetValue(id, out var file)) return Reply.Missing();
        var all = maps.Open(file);
        return all.Vectors.Count is < 3 or > MostWorked ? Reply.Problem(422,
            $"A page looks for this among 3 to {MostWorked} vectors; `kindred dedup`, `select` and `suggest` take any number.") : await answer(file, all);
    }

    async Task<IResult> Told(string id, string column, Func<Column, IResult> answer)
    {
        if (!catalog.Now.Embeddings.TryGetValue(id, out var file)) return Reply.Missing();
        var all = maps.Open(file);
        if (column is Columns.Cluster or Columns.Alone)
            return await Worked(id, async (_, _) => answer(column == Columns.Cluster ? (Column)await Made(file, column, () => Columns.Clusters(all)) : Columns.Solitude(await Nearest(file, all))));
        return Columns.Read(file, all, column) is { } read ? answer(read) : Reply.Missing();
    }

    async Task<NearestGraph> Nearest(Place file, Collection all) => (NearestGraph)await Made(file, "nearest", () =>
        NearestGraph.Of(all.Vectors, Math.Min(NearDuplicates.Neighbours, all.Vectors.Count - 1), all.Index?.Metric ?? Metric.Cosine, all.Index, new() { Threads = 1 }));

    async Task<object> Made(Place file, string what, Func<object> make)
    {
        var key = (file.Path, File.GetLastWriteTimeUtc(file.Path), what);
        var task = made.GetOrAdd(key, _ => work.Do(make, CancellationToken.None));
        try { return await task; }
        catch
        {
            made.TryRemove(key, out _);
            throw;
        }
    }
}
