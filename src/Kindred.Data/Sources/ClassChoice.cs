namespace Kindred.Data.Sources;

/// <summary>Classes by name: <c>only=A,B</c> takes those, <c>unseen=A,B</c> leaves them out of training and makes them the test split.</summary>
/// <remarks>A name stands for the class of that name, or for all below a folder of that name. Labels keep their numbers.</remarks>
static class ClassChoice
{
    /// <summary>The keys that a URI may have: with <c>unseen=</c> every kind has splits.</summary>
    public static string[] KeysOf(DataUri uri) => uri["unseen"] is null ? ["only", "unseen"] : ["only", "unseen", "split"];

    /// <summary>The URI by which the whole is opened: with <c>unseen=</c> the classes are the split, not the data's own.</summary>
    public static DataUri Without(DataUri uri) => (uri["unseen"] is null ? uri : uri.With("split", null)).With("only", null).With("unseen", null);

    /// <summary>The pictures of the classes that a URI asks for.</summary>
    /// <param name="pictures">The whole; a subset owns it.</param>
    /// <param name="uri">What is asked for.</param>
    /// <exception cref="ConfigurationException">A name stands for no class, or there is another split than train and test.</exception>
    /// <exception cref="DataException">Nothing is left.</exception>
    public static IPictures Of(IPictures pictures, DataUri uri)
    {
        if (uri["only"] is { } only) pictures = Take(pictures, Named(pictures, "only", only, uri), uri);
        if (uri["unseen"] is not { } unseen) return pictures;
        var left = Named(pictures, "unseen", unseen, uri);
        return uri["split"] switch
        {
            "test" => Take(pictures, left, uri),
            null or "train" => Take(pictures, [.. Enumerable.Range(0, pictures.Classes.Count).Where(c => !left.Contains(c))], uri),
            var other => throw new ConfigurationException($"{uri}: split={other}; with unseen= there are train (the other classes) and test (those)"),
        };
    }

    static PictureSubset Take(IPictures pictures, HashSet<int> classes, DataUri uri) => Enumerable.Range(0, pictures.Count).Any(i => classes.Contains(pictures.Label(i)))
        ? Subsets.OfClasses(pictures, classes)
        : throw new DataException($"{uri}: no picture is of the classes that are asked for");

    static HashSet<int> Named(IPictures pictures, string key, string names, DataUri uri)
    {
        HashSet<int> found = [];
        foreach (var name in names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int[] meant = [.. pictures.Classes.Index().Where(c => c.Item == name || c.Item.Split('/').Contains(name)).Select(c => c.Index)];
            if (meant.Length == 0)
                throw new ConfigurationException($"{uri}: {key}={name} is no class; there are "
                    + $"{(pictures.Classes.Count == 0 ? "none" : string.Join(", ", pictures.Classes.Take(12)) + (pictures.Classes.Count > 12 ? " …" : ""))}");
            found.UnionWith(meant);
        }
        return found;
    }
}
