using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Where a representation is taken from.</summary>
public static class Layers
{
    static readonly Dictionary<string, Func<Func<View, Tensor>, Func<View, Tensor>, Func<View, Tensor>>> known = new()
    {
        ["h"] = (features, _) => features,
        ["z"] = (_, embeddings) => embeddings,
        ["both"] = (features, embeddings) => view => Tensor.Cat([features(view).Normalize(), embeddings(view).Normalize()], 1),
    };

    /// <summary>h: the representation; z: the embedding; both: the two side by side, each at unit length.</summary>
    public static IReadOnlyList<string> Names => [.. known.Keys];

    /// <summary>Makes a layer of h and z.</summary>
    /// <exception cref="ConfigurationException">There is no such layer.</exception>
    public static Func<Func<View, Tensor>, Func<View, Tensor>, Func<View, Tensor>> Find(string name) => known.TryGetValue(name, out var layer) ? layer
        : throw new ConfigurationException($"there is no layer '{name}'{Suggest.Nearest(name, known.Keys)}; there are {string.Join(", ", known.Keys)}.");
}
