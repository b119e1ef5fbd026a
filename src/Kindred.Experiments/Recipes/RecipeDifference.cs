namespace Kindred.Experiments.Recipes;

/// <summary>One value that two recipes do not share.</summary>
/// <param name="Path">Where.</param>
/// <param name="Before">What the first says; null for nothing.</param>
/// <param name="After">What the second says; null for nothing.</param>
public sealed record RecipeDifference(string Path, string? Before, string? After)
{
    /// <summary>What differs between two recipes.</summary>
    /// <param name="before">The first.</param>
    /// <param name="after">The second.</param>
    /// <returns>One entry a scalar, list or missing map, by path.</returns>
    public static IReadOnlyList<RecipeDifference> Between(RecipeMap before, RecipeMap after) => [.. Maps("", before, after)];

    /// <inheritdoc/>
    public override string ToString() => $"{Path} was {Flat(Before)}, is {Flat(After)}";

    // A sentence holds no lines.
    static string Flat(string? text) => text is null ? "not set"
        : text.Contains('\n', StringComparison.Ordinal) ? $"{{ {string.Join(", ", text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))} }}" : text;

    static IEnumerable<RecipeDifference> Maps(string path, RecipeMap before, RecipeMap after) =>
        before.Keys.Union(after.Keys).SelectMany(key => Nodes(Binder.Join(path, key), before[key], after[key]));

    static IEnumerable<RecipeDifference> Nodes(string path, RecipeNode? before, RecipeNode? after)
    {
        if (before is RecipeMap a && after is RecipeMap b)
            return Maps(path, a, b);

        var (was, now) = (Text(before), Text(after));
        return was == now ? [] : [new(path, was, now)];
    }

    static string? Text(RecipeNode? node) => node is null or { IsNull: true } ? null : node.ToString().Trim();
}
