namespace Kindred.Experiments.Recipes;

/// <summary>Finds all mistakes of a recipe at once, by the same checks that refuse at the first: what is wrong is taken out, and the rest is looked at again.</summary>
public sealed class RecipeFaults
{
    const int Most = 100;

    readonly string name;
    readonly Func<Recipe, IEnumerable<Action>>? more;
    readonly Dictionary<RecipeNode, string> paths = new(ReferenceEqualityComparer.Instance);
    readonly List<RecipeFault> found = [];
    readonly HashSet<string> said = [];
    RecipeMap map;

    RecipeFaults(string name, RecipeMap map, Func<Recipe, IEnumerable<Action>>? more)
    {
        (this.name, this.map, this.more) = (name, map, more);
        Walk(map, "");
    }

    /// <summary>Looks through a recipe.</summary>
    /// <param name="path">Its file, or the stem of one in <paramref name="folder"/>.</param>
    /// <param name="overrides">Values by dotted path.</param>
    /// <param name="folder">Where recipes are named rather than pathed.</param>
    /// <param name="more">Further checks of a recipe that could be bound, each by itself.</param>
    /// <returns>Every mistake that can be told apart, and the recipe when there is none.</returns>
    public static (Recipe? Recipe, IReadOnlyList<RecipeFault> Faults) Find(string path, IReadOnlyList<string> overrides, string? folder, Func<Recipe, IEnumerable<Action>>? more = null)
    {
        RecipeMap map;
        // A file that is no YAML, or that extends nothing, cannot be looked into further.
        try { map = Recipe.Merge(path, overrides, folder); }
        catch (ConfigurationException e) { return (null, [RecipeFault.Of(e) ?? new("", e.Message.TrimEnd('.'), null)]); }
        var faults = new RecipeFaults(Path.GetFileNameWithoutExtension(path), map, more);
        return (faults.Look(), faults.found);
    }

    Recipe? Look()
    {
        while (found.Count < Most)
        {
            var (recipe, wrong) = Round();
            var before = map;
            foreach (var node in wrong) map = (RecipeMap)Without(map, node)!;
            if (ReferenceEquals(before, map)) return found.Count == 0 ? recipe : null;
        }
        return null;
    }

    // One pass: what it finds is noted, and the values to blame come back.
    (Recipe? Recipe, List<RecipeNode> Wrong) Round()
    {
        var wrong = new List<RecipeNode>();
        Recipe? recipe = null;
        Try(() => recipe = Recipe.Of(name, map, Parts.Binder), wrong);
        foreach (var check in recipe is null ? [] : RecipeCheck.Checks(recipe).Concat(more?.Invoke(recipe) ?? [])) Try(check, wrong);
        return (recipe, wrong);
    }

    void Try(Action check, List<RecipeNode> wrong)
    {
        try { check(); }
        catch (ConfigurationException e)
        {
            var fault = RecipeFault.Of(e) ?? new("", e.Message.TrimEnd('.'), null);
            if (fault.Node is { } node && paths.TryGetValue(node, out var path)) fault = fault with { Path = path };
            if (said.Add($"{fault.Path}\n{fault.What}")) found.Add(fault);
            // Without a method nothing else can be looked at; and a map is to blame for what is missing in it, which taking it out does not mend.
            if (fault.Node is { } value && fault.Path != "method" && !fault.Path.EndsWith(".method", StringComparison.Ordinal) && paths.ContainsKey(value)
                && !ReferenceEquals(value, map)) wrong.Add(value);
        }
    }

    void Walk(RecipeNode node, string path)
    {
        paths.TryAdd(node, path);
        if (node is RecipeMap inner) foreach (var (key, value) in inner.Entries) Walk(value, Binder.Join(path, key));
        else if (node is RecipeList list) for (var i = 0; i < list.Items.Count; i++) Walk(list.Items[i], Binder.Join(path, FormattableString.Invariant($"{i}")));
    }

    static RecipeNode? Without(RecipeNode node, RecipeNode wrong)
    {
        if (ReferenceEquals(node, wrong)) return null;
        if (node is RecipeMap map)
        {
            var entries = map.Entries.Select(e => (e.Key, Before: e.Value, After: Without(e.Value, wrong))).ToArray();
            return entries.All(e => ReferenceEquals(e.Before, e.After)) ? map
                : new RecipeMap([.. entries.Where(e => e.After is not null).Select(e => KeyValuePair.Create(e.Key, e.After!))], map.Place);
        }
        if (node is not RecipeList list) return node;
        var items = list.Items.Select(i => (Before: i, After: Without(i, wrong))).ToArray();
        return items.All(i => ReferenceEquals(i.Before, i.After)) ? list : new RecipeList([.. items.Select(i => i.After).OfType<RecipeNode>()], list.Place);
    }
}
