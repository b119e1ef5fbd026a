using System.Globalization;

namespace Kindred.Experiments.Recipes;

/// <summary>Puts one recipe over another, and single values over a recipe.</summary>
public static class RecipeMerge
{
    /// <summary>What <paramref name="upper"/> says, and where it says nothing, what <paramref name="lower"/> says.</summary>
    /// <remarks>
    /// Maps merge key by key; scalars and lists replace; <c>null</c> takes a value away. A map that names another part (<c>name: lars</c> over
    /// <c>name: sgd</c>) replaces it whole, for the options of one part mean nothing to another; likewise <c>options</c> when <c>method</c> differs.
    /// </remarks>
    /// <param name="lower">The recipe below.</param>
    /// <param name="upper">The recipe above.</param>
    /// <returns>The merged recipe.</returns>
    public static RecipeMap Over(RecipeMap lower, RecipeMap upper)
    {
        if (Differ(lower, upper, "name"))
            return upper;

        if (Differ(lower, upper, "method"))
            lower = lower.With("options", null);

        var merged = lower;

        foreach (var (key, value) in upper.Entries)
            merged = merged.With(key, value.IsNull ? null : Value(merged[key], value));

        return new(merged.Entries, upper.Place);
    }

    /// <summary>Applies <c>train.epochs=10</c>: the value is YAML, so lists and maps work too.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="overrides">Dotted paths and values.</param>
    /// <returns>The recipe with the values in place; misspelt paths are found when the recipe is bound.</returns>
    /// <exception cref="ConfigurationException">An override has no <c>=</c>, or its path runs through something that holds no keys.</exception>
    public static RecipeMap Apply(RecipeMap recipe, IEnumerable<string> overrides)
    {
        foreach (var text in overrides)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);

            if (at <= 0)
                throw new ConfigurationException($"'{text}' is not an override; write key=value, such as train.epochs=10 or options.temperature=0.2.");

            recipe = Override(recipe, text[..at], Locate(RecipeReader.Read(text[(at + 1)..], RecipePlace.CommandLine.Source)));
        }

        return recipe;
    }

    /// <summary>Puts in what a person asks for: a setting of <c>train</c> also reaches the phases that say something else themselves.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="path">A dotted path.</param>
    /// <param name="value">The value.</param>
    /// <returns>The recipe with the value in place.</returns>
    /// <exception cref="ConfigurationException">The path runs through something that holds no keys.</exception>
    public static RecipeMap Override(RecipeMap recipe, string path, RecipeNode value)
    {
        recipe = Put(recipe, path, value);
        if (!path.StartsWith("train.", StringComparison.Ordinal) || recipe["phases"] is not RecipeList phases)
            return recipe;

        return Enumerable.Range(0, phases.Items.Count).Where(i => phases.Items[i] is RecipeMap phase && phase.TryGet(path, out _))
            .Aggregate(recipe, (map, i) => Put(map, $"phases.{i}.{path}", value));
    }

    /// <summary>Puts one value in, and nowhere else.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="path">A dotted path; <c>+</c> at its end adds to a list the value, or a list's values, that it does not hold yet: <c>views.0.of.+</c>.</param>
    /// <param name="value">The value; maps merge, null takes away.</param>
    /// <returns>The recipe with the value in place.</returns>
    /// <exception cref="ConfigurationException">The path runs through something that holds no keys.</exception>
    public static RecipeMap Put(RecipeMap recipe, string path, RecipeNode value)
    {
        ArgumentNullException.ThrowIfNull(path);
        return (RecipeMap)Put(recipe, path.Split('.'), 0, value);
    }

    static RecipeNode Put(RecipeNode? node, string[] path, int depth, RecipeNode value)
    {
        if (depth == path.Length)
            return Value(node, value);

        var key = path[depth];
        var here = string.Join('.', path[..depth]);

        switch (node)
        {
            case RecipeMap map:
                return map.With(key, depth + 1 == path.Length && value.IsNull ? null : Put(map[key], path, depth + 1, value));
            case null or { IsNull: true } when key == "+":
                return new RecipeList(Items(value), value.Place);
            case null or { IsNull: true }:
                return new RecipeMap([new(key, Put(null, path, depth + 1, value))], RecipePlace.CommandLine);
            case RecipeList list when key == "+":
                return new RecipeList([.. list.Items.Concat(Items(value)).DistinctBy(item => item.ToString())], list.Place);
            case RecipeList list when int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < list.Items.Count:
                return new RecipeList([.. list.Items.Select((item, n) => n == i ? Put(item, path, depth + 1, value) : item)], list.Place);
            case RecipeList list:
                throw new ConfigurationException($"{string.Join('.', path)}: '{here}' is a list of {list.Items.Count}; go on with a number from 0 to {list.Items.Count - 1} instead of '{key}'.");
            case RecipeScalar scalar when depth > 0 && !scalar.Quoted:
                // `optimizer: sgd` is short for `optimizer: { name: sgd }`.
                return new RecipeMap([new("name", scalar), new(key, Put(null, path, depth + 1, value))], RecipePlace.CommandLine);
            default:
                throw new ConfigurationException($"{string.Join('.', path)}: '{here}' is {node.Kind} and holds no keys.");
        }
    }

    static IReadOnlyList<RecipeNode> Items(RecipeNode value) => value is RecipeList list ? list.Items : [value];

    static RecipeNode Value(RecipeNode? lower, RecipeNode upper) => (lower, upper) switch
    {
        (RecipeMap below, RecipeMap above) => Over(below, above),
        (null, RecipeMap above) => Over(new([], above.Place), above),
        _ => upper,
    };

    static bool Differ(RecipeMap lower, RecipeMap upper, string key) =>
        lower[key] is RecipeScalar below && upper[key] is RecipeScalar above && below.Text != above.Text;

    /// <summary>Lines mean nothing on a command line.</summary>
    internal static RecipeNode Locate(RecipeNode node) => node switch
    {
        RecipeScalar scalar => new RecipeScalar(scalar.Text, scalar.Quoted, RecipePlace.CommandLine),
        RecipeList list => new RecipeList([.. list.Items.Select(Locate)], RecipePlace.CommandLine),
        RecipeMap map => new RecipeMap([.. map.Entries.Select(e => KeyValuePair.Create(e.Key, Locate(e.Value)))], RecipePlace.CommandLine),
        _ => node,
    };
}
