using Kindred.Experiments.Recipes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Kindred.Studio;

/// <summary>Starting and stopping runs, where `kindred serve --allow-runs` allows it.</summary>
/// <remarks>Nothing is changed without the header <see cref="Header"/>, whose value only a page of this server, by someone with the token, can have read.</remarks>
static class StartsApi
{
    internal const string Header = "X-Kindred-Key";
    const int MostText = 64;

    sealed record Wish(string? Recipe, IReadOnlyList<string>? Changes, string? Name);

    internal static void Map(WebApplication app, Catalog catalog, StudioOptions options, Starter starter)
    {
        var key = Gate.Random();
        app.MapGet("/api/starts", () => Reply.Json(new { starter.Allowed, Key = starter.Allowed ? key : null, Recipes = starter.Allowed ? options.RecipeNames : [],
            Started = starter.All, options.Data }));
        if (!starter.Allowed) return;
        app.MapPost("/api/starts/look", (HttpContext context, Wish wish) => Allowed(context, key) ? Reply.Json(Look(options, wish)) : NotAllowed());
        app.MapPost("/api/starts", (HttpContext context, Wish wish) =>
            Allowed(context, key) ? Reply.Json(starter.Start(wish.Recipe ?? "", Texts(wish), wish.Name ?? "")) : NotAllowed());
        app.MapPost("/api/runs/{id}/stop", (HttpContext context, string id) => !Allowed(context, key) ? NotAllowed()
            : catalog.Now.Runs.TryGetValue(id, out var run) && starter.Stop(run.Path) ? Results.NoContent() : Reply.Missing());
    }

    /// <summary>The recipe as it would run, and what that changes of it.</summary>
    static object Look(StudioOptions options, Wish wish)
    {
        if (!options.RecipeNames.Contains(wish.Recipe ?? "")) throw new ConfigurationException("There is no such recipe.");
        Change.Check(Texts(wish));
        var (before, after) = (options.Resolve!(wish.Recipe!, []), options.Resolve(wish.Recipe!, Texts(wish)));
        return new { Recipe = after.Resolved.ToString(), Differences = RecipeDifference.Between(before.Resolved, after.Resolved) };
    }

    static IReadOnlyList<string> Texts(Wish wish) => [.. (wish.Changes ?? []).Select(c => c?.Trim() ?? "").Where(c => c.Length > 0).Select(c => c.Length > 2 * MostText ? c[..(2 * MostText)] : c)];

    // JSON, a header of its own and the origin (the gate): each by itself is more than a form of another site can send.
    static bool Allowed(HttpContext context, string key) => context.Request.Headers[Header].ToString() is { Length: > 0 } given && Gate.Same(given, key);

    static IResult NotAllowed() => Reply.Problem(403, "Only a page of this server may do that.");
}
