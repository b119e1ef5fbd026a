using Kindred.Data.Pictures;
using Kindred.Experiments.Recipes;
using Microsoft.AspNetCore.Builder;

namespace Kindred.Studio;

/// <summary>What a network sees: pictures and the views that a recipe, or a run's, draws of them.</summary>
static class ViewsApi
{
    const int MostRows = 12, LeastTile = 32, MostTile = 160;

    internal static void Map(WebApplication app, Catalog catalog, StudioOptions options, Work work)
    {
        app.MapGet("/api/recipes", () => Reply.Json(options.RecipeNames));
        app.MapGet("/api/views", async (string? recipe, string? run, ulong? seed, int? rows, int? tile, CancellationToken cancel) =>
        {
            var found = run is not null ? OfRun(catalog, run) : recipe is not null && options.RecipeNames.Contains(recipe) ? options.Recipe?.Invoke(recipe) : null;
            if (found is null) return Reply.Missing();
            var first = found.Phases[0];
            var uri = options.Data ?? DataKinds.UriOf(first) ?? throw new ConfigurationException("the recipe names no data; start `kindred serve` with --data URI.");
            var modality = DataKinds.Of(uri);
            var drawn = await work.Do(() => modality.Preview(Parts.Request(first, modality, uri), seed ?? 0, Math.Clamp(rows ?? 6, 1, MostRows), Math.Clamp(tile ?? 96, LeastTile, MostTile)), cancel);
            if (drawn is not { } shown) return Reply.Problem(422, "These data are no pictures: there are no views to draw.");
            using var stream = new MemoryStream();
            PngWriter.Write(stream, shown.Grid);
            return Reply.Json(new { Png = Convert.ToBase64String(stream.ToArray()), Words = shown.Parameters, shown.Grid.Width, shown.Grid.Height, Data = uri });
        });
    }

    static Recipe? OfRun(Catalog catalog, string id) =>
        catalog.Now.Runs.TryGetValue(id, out var run) && RunLine.Read(run) is not null
            ? Recipe.Load(Path.Combine(run.Path, "config.yaml"), [], Shipped.Recipes, Parts.Binder) : null;
}
