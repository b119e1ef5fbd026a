using System.Collections.Concurrent;
using Kindred.Data.Sources;
using Kindred.Experiments.Modalities;

namespace Kindred.Experiments.Recipes;

/// <summary>Which modality a data URI means.</summary>
public static class DataKinds
{
    static readonly ConcurrentDictionary<Type, Modality> made = new();

    /// <summary>The words that stand in front of the colon of data URIs, sorted.</summary>
    public static IReadOnlyList<string> Schemes => [.. Catalogues.Modalities.SelectMany(m => m.Attribute.Schemes).Order(StringComparer.Ordinal)];

    /// <summary>The modality of a URI: by the word in front of its colon, or by what a plain path holds.</summary>
    public static Modality Of(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var parts = Catalogues.Modalities.All.Values;
        var (kind, path) = (DataUri.Parse(uri).Kind, DataUri.Parse(uri).Path);
        if (kind.Length > 0) return Instance((parts.FirstOrDefault(p => p.Attribute.Schemes.Contains(kind)) ?? parts.Single(p => p.Type == typeof(PictureModality))).Type);
        // Pictures take what nobody else knows, so they are asked last; an unknown scheme is theirs to explain.
        return parts.Select(p => Instance(p.Type)).OrderBy(m => m is PictureModality).First(m => m.Recognises(path));
    }

    /// <summary>Opens the data of a phase with its views.</summary>
    /// <param name="recipe">The phase.</param>
    /// <param name="data">A data URI that replaces the recipe's.</param>
    /// <param name="assets">Where a run keeps what belongs to its data; null where nothing is kept.</param>
    /// <exception cref="ConfigurationException">The recipe names no data, or views that are wrong for them.</exception>
    /// <exception cref="DataException">The data cannot be read.</exception>
    public static IData Open(RecipeFile recipe, string? data = null, string? assets = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (data is null && recipe.Data is RecipeMap map && map["uri"] is null) return Beside(recipe, map, assets);
        var uri = data ?? UriOf(recipe)
            ?? throw new ConfigurationException("the recipe names no data; give --data URI, for example --data emoji or --data folder:PATH.");
        var modality = Of(uri);
        return modality.Open(Parts.Request(recipe, modality, uri, assets));
    }

    /// <summary>The data that a phase names, the first of several, or null.</summary>
    public static string? UriOf(RecipeFile recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.Data is RecipeMap map ? map["uri"]?.ToString().Trim() ?? (map.Entries is [var (_, first), ..] ? (first as RecipeScalar)?.Text : null) : (recipe.Data as RecipeScalar)?.Text;
    }

    static SideBySide Beside(RecipeFile recipe, RecipeMap map, string? assets)
    {
        var streams = new List<(string, IData)>();
        try
        {
            foreach (var (name, node) in map.Entries)
                streams.Add((name, Open(recipe, (node as RecipeScalar)?.Text ?? throw node.Error($"data.{name}", $"a data URI was expected, this is {node.Kind}"), assets)));
            return new SideBySide(streams);
        }
        catch
        {
            foreach (var (_, open) in streams) open.Dispose();
            throw;
        }
    }

    static Modality Instance(Type type) => made.GetOrAdd(type, t => (Modality)Activator.CreateInstance(t)!);
}
