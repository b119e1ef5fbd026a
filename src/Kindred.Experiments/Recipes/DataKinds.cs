using System.Collections.Concurrent;
using Kindred.Data.Sources;
using Kindred.Experiments.Modalities;

namespace Kindred.Experiments.Recipes;

/// <summary>Which modality a data URI means.</summary>
public static class DataKinds
{
    static readonly ConcurrentDictionary<Type, Modality> made = new();

    // What pictures are not; their kinds are PictureSources'.
    static readonly (string Kind, string Path, string What)[] others =
    [
        ("audio", "PATH", "WAV files in a folder or a tar archive; ?window=1s is how much is heard at a time"),
        ("columns", "FILE?x=1-3&y=4", "pairs of vectors out of a table; columns:gaussian and columns:noisy draw from a known law"),
        ("concepts", "PATH", "sentences and their concepts; concepts:wordnet are WordNet's examples, fetched on first use"),
        ("motifs", "N", "N drawn trees with a house or a ring in them"),
        ("moving", "", "digits that move before a background; moving:mnist:PATH?backgrounds=tar:PATH takes others'"),
        ("points", "NAME", "points of a known density: gaussian, ring, 25-gaussians"),
        ("smiles", "FILE", "molecules, one in SMILES a line"),
        ("sts", "PATH", "pairs of sentences with a score of how alike they are"),
        ("text", "PATH", "sentences, one a line, or pairs and triples in a table; text:wordnet are WordNet's glosses, fetched on first use"),
        ("tu", "PATH", "graphs in TUDataset's layout"),
        ("video-text", "PATH", "films with captions; video-text:hanzi are characters drawn stroke by stroke, fetched on first use"),
    ];

    /// <summary>Every kind of data URI: its word, what stands behind the colon, and what it is.</summary>
    public static IReadOnlyList<(string Kind, string Path, string What, string Modality)> All =>
    [
        .. PictureSources.Kinds.Select(k => (k.Kind, k.Path, k.What, ModalityOf(k.Kind))),
        .. Schemes.Except(PictureSources.Kinds.Select(k => k.Kind)).Select(kind => others.FirstOrDefault(o => o.Kind == kind) is { Kind: not null } known
            ? (known.Kind, known.Path, known.What, ModalityOf(kind)) : (kind, "PATH", Catalogues.Modalities.First(m => m.Attribute.Schemes.Contains(kind)).Attribute.Title, ModalityOf(kind))),
    ];

    static string ModalityOf(string kind) => Catalogues.Modalities.FirstOrDefault(m => m.Attribute.Schemes.Contains(kind))?.Attribute.Name ?? "pictures";

    /// <summary>The words that stand in front of the colon of data URIs, sorted.</summary>
    public static IReadOnlyList<string> Schemes =>
        [.. Catalogues.Modalities.SelectMany(m => m.Attribute.Schemes).Union(PictureSources.Kinds.Select(k => k.Kind)).Order(StringComparer.Ordinal)];

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
