using System.Globalization;
using System.Runtime.InteropServices;
using Kindred.Experiments.Embeddings;
using Kindred.Index;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Kindred.Studio;

/// <summary>Files of vectors: where they come from, their map, neighbours and pictures.</summary>
static class EmbeddingsApi
{
    const int MostNeighbours = 100, MostFound = 200;

    internal static void Map(WebApplication app, Catalog catalog, MapStore maps, PictureShelf shelf)
    {
        app.MapGet("/api/embeddings", () => Reply.Json(catalog.Now.Embeddings.Values.OrderBy(e => e.Name, StringComparer.Ordinal).Select(e => new { e.Id, e.Name })));
        app.MapGet("/api/embeddings/{id}", (string id) => catalog.Now.Embeddings.TryGetValue(id, out var file) ? Reply.Json(Details(file, maps, shelf)) : Reply.Missing());
        app.MapGet("/api/embeddings/{id}/points", async (string id, string? map) =>
        {
            if (!catalog.Now.Embeddings.TryGetValue(id, out var file)) return Reply.Missing();
            var method = map ?? "pca";
            if (method is not ("pca" or "umap")) return Reply.Problem(400, "There are pca and umap.");
            if (method == "umap" && !MapStore.TakesUmap(maps.Open(file).Vectors.Count))
                return Reply.Problem(400, "These are too few vectors for this map, or so many that `kindred project` has to make it.");
            return Results.Bytes(Packed(maps.LabelsOf(maps.Open(file)), await maps.Of(file, method)), "application/octet-stream");
        });
        app.MapGet("/api/embeddings/{id}/sample", async (string id) => !catalog.Now.Embeddings.TryGetValue(id, out var file) ? Reply.Missing()
            : await maps.Sample(file) is { } some ? Results.Bytes(MemoryMarshal.AsBytes<float>(some).ToArray(), "application/octet-stream") : Results.NoContent());
        app.MapGet("/api/embeddings/{id}/near/{row:int}", (string id, int row, int? k) =>
        {
            if (!catalog.Now.Embeddings.TryGetValue(id, out var file)) return Reply.Missing();
            var all = maps.Open(file);
            if (row < 0 || row >= all.Vectors.Count) return Reply.Missing();
            var query = Vectors.Of(all.Vectors[row].ToArray(), all.Vectors.Dimension);
            var near = all.Search(query, Math.Clamp(k ?? 24, 1, MostNeighbours) + 1, new SearchOptions { Threads = 1 })[0];
            return Reply.Json(new { Point = Named(all, row, 1), Near = near.Where(n => n.Row != row).Take(k ?? 24).Select(n => Named(all, n.Row, n.Score)) });
        });
        app.MapGet("/api/embeddings/{id}/find", (string id, string? text) =>
        {
            if (!catalog.Now.Embeddings.TryGetValue(id, out var file) || string.IsNullOrEmpty(text)) return Reply.Missing();
            var all = maps.Open(file);
            return Reply.Json(Enumerable.Range(0, all.Names.Count).Where(i => all.Names[i].Contains(text, StringComparison.OrdinalIgnoreCase)).Take(MostFound).Select(i => Named(all, i, null)));
        });
        app.MapGet("/api/embeddings/{id}/names", (string id, string? rows) =>
        {
            if (!catalog.Now.Embeddings.TryGetValue(id, out var file)) return Reply.Missing();
            var all = maps.Open(file);
            return Reply.Json((rows ?? "").Split(',').Select(r => int.TryParse(r, NumberStyles.None, CultureInfo.InvariantCulture, out var row) ? row : -1)
                .Where(r => r >= 0 && r < all.Names.Count).Take(MostFound).Select(r => Named(all, r, null)));
        });
        app.MapGet("/api/embeddings/{id}/pictures/{row:int}", (HttpContext context, string id, int row, int? side) =>
        {
            if (!catalog.Now.Embeddings.TryGetValue(id, out var file)) return Reply.Missing();
            var all = maps.Open(file);
            if (row < 0 || row >= all.Names.Count || shelf.Of(all.Manifest?.Data)?.Thumbnail(all.Names[row], Math.Clamp(side ?? 96, 16, 512)) is not { } png) return Reply.Missing();
            context.Response.Headers.CacheControl = "private, max-age=600";
            return Results.Bytes(png, "image/png");
        });
    }

    static object Details(Place file, MapStore maps, PictureShelf shelf)
    {
        var all = maps.Open(file);
        return new
        {
            file.Id,
            file.Name,
            all.Vectors.Count,
            all.Vectors.Dimension,
            all.Manifest?.Method,
            all.Manifest?.Layer,
            all.Manifest?.Data,
            Labels = maps.LabelsOf(all).Names,
            Pictures = all.Names.Count > 0 && shelf.Of(all.Manifest?.Data) is { } pictures && pictures.Has(all.Names[0]),
            Like = Likeness.KindOf(all),
            Worked = all.Vectors.Count is >= 3 and <= CurationApi.MostWorked,
            Unlabelled = all.Labels is null ? 0 : all.Labels.Count(l => l is null),
            Umap = MapStore.TakesUmap(all.Vectors.Count),
        };
    }

    internal static object Named(Collection all, int row, float? score) => new { Row = row, Name = all.Names[row], Label = all.Labels?[row], Score = score };

    // The count, then x and y of each, then the number of its label, −1 for none: a tenth of what text would take.
    static byte[] Packed(Labelling labels, float[] map)
    {
        var count = map.Length / 2;
        var numbers = labels.Numbers;
        if (numbers.Length == 0) Array.Fill(numbers = new short[count], (short)-1);
        var bytes = new byte[4 + (4 * map.Length) + (2 * count)];
        BitConverter.TryWriteBytes(bytes, count);
        MemoryMarshal.AsBytes<float>(map).CopyTo(bytes.AsSpan(4));
        MemoryMarshal.AsBytes<short>(numbers).CopyTo(bytes.AsSpan(4 + (4 * map.Length)));
        return bytes;
    }
}
