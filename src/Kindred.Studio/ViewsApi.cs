using Kindred.Data.Audit;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Microsoft.AspNetCore.Builder;

namespace Kindred.Studio;

/// <summary>What a network sees: pictures, the views that a recipe, or a run's, draws of them, and how alike the run's network finds them.</summary>
static class ViewsApi
{
    const int MostRows = 12, LeastTile = 32, MostTile = 160;

    internal static void Map(WebApplication app, Catalog catalog, StudioOptions options, Work work, RunSight sight)
    {
        app.MapGet("/api/recipes", () => Reply.Json(options.RecipeNames));
        app.MapGet("/api/views", async (string? recipe, string? run, ulong? seed, int? rows, int? tile, string? without, CancellationToken cancel) =>
        {
            var place = run is not null ? catalog.Now.Runs.GetValueOrDefault(run) : null;
            var found = run is not null ? OfRun(place) : recipe is not null && options.RecipeNames.Contains(recipe) ? options.Recipe?.Invoke(recipe) : null;
            if (found is null) return Reply.Missing();
            var first = found.Phases[0];
            var uri = options.Data ?? DataKinds.UriOf(first) ?? throw new ConfigurationException("the recipe names no data; start `kindred serve` with --data URI.");
            if (DataKinds.Of(uri) is not PictureModality modality) return Reply.Problem(422, "These data are no pictures: there are no views to draw.");
            return await work.Do(() =>
            {
                var groups = PictureViews.Groups(Parts.Request(first, modality, uri).Views);
                using var pictures = PictureSources.Open(uri);
                var drawn = ViewSheet.Draw(pictures, groups, seed ?? 0, Math.Clamp(rows ?? 6, 1, MostRows), Math.Clamp(tile ?? 96, LeastTile, MostTile),
                    string.IsNullOrEmpty(without) ? null : without);
                var (alike, why) = place is null ? (null, null) : sight.Compare(place, drawn);
                return Reply.Json(new
                {
                    Data = uri,
                    Removable = ViewSheet.Removable(groups),
                    Pictures = drawn.Select((p, i) => new
                    {
                        p.Name,
                        p.Width,
                        p.Height,
                        Png = Png(p.Tile),
                        Views = p.Views.Select((v, j) => new { v.Name, Png = Png(v.Tile), v.Steps, Alike = alike?[i][j] }),
                    }),
                    Others = alike is null ? null : sight.Others,
                    Why = why,
                });
            }, cancel);
        });
    }

    static string Png(Picture picture)
    {
        using var stream = new MemoryStream();
        PngWriter.Write(stream, picture);
        return Convert.ToBase64String(stream.ToArray());
    }

    static Recipe? OfRun(Place? run) =>
        run is not null && RunLine.Read(run) is not null ? Recipe.Load(Path.Combine(run.Path, "config.yaml"), [], Shipped.Recipes, Parts.Binder) : null;
}
