namespace Kindred.Experiments.Recipes;

/// <summary>A recipe as it will run: presets merged, overrides applied, every phase bound.</summary>
public sealed class Recipe
{
    const int MaxExtends = 16;

    readonly Binder? binder;

    Recipe(string name, string input, RecipeMap resolved, IReadOnlyList<string> overrides, Binder? binder)
    {
        this.binder = binder;
        Name = name;
        Input = input;
        Resolved = resolved;
        Overrides = overrides;
        PhaseMaps = [.. PhaseNodes(resolved)];
        Phases = [.. PhaseMaps.Select((node, i) => (binder ?? new()).Bind<RecipeFile>(node, resolved["phases"] is null ? "" : $"phases.{i}"))];
        for (var i = 0; i < Phases.Count; i++) CheckFrom(i);
    }

    /// <summary>The stem of the file, such as <c>simclr.cifar10</c>.</summary>
    public string Name { get; }

    /// <summary>What the user gave, as written.</summary>
    public string Input { get; }

    /// <summary>The overrides, as given.</summary>
    public IReadOnlyList<string> Overrides { get; }

    /// <summary>Everything that was said, presets and overrides included.</summary>
    public RecipeMap Resolved { get; }

    /// <summary>The acts of the run; one, unless the recipe says otherwise.</summary>
    public IReadOnlyList<RecipeFile> Phases { get; }

    /// <summary>What each act says in full.</summary>
    internal IReadOnlyList<RecipeMap> PhaseMaps { get; }

    /// <summary>The only act, or the first of several.</summary>
    public RecipeFile First => Phases[0];

    /// <summary>Loads a recipe file.</summary>
    /// <param name="path">The file, or the stem of one in <paramref name="folder"/>.</param>
    /// <param name="overrides">Values by dotted path, such as <c>train.epochs=10</c>.</param>
    /// <param name="folder">Where recipes are named rather than pathed; null where there are none.</param>
    /// <param name="binder">Reads types of other rooms; left out, the known types only.</param>
    /// <returns>The recipe.</returns>
    /// <exception cref="ConfigurationException">The recipe, or one that it extends, is missing or wrong.</exception>
    public static Recipe Load(string path, IReadOnlyList<string>? overrides = null, string? folder = null, Binder? binder = null)
    {
        var file = Locate(path, null, folder);
        var text = RecipeReader.ReadText(file);
        return Build(Stem(file), text, RecipeReader.ReadMap(text, file), file, overrides, folder, binder);
    }

    /// <summary>What a recipe file says with presets merged and overrides applied; nothing of it is bound yet, so that all that is wrong in it can be looked for.</summary>
    internal static RecipeMap Merge(string path, IReadOnlyList<string> overrides, string? folder)
    {
        var file = Locate(path, null, folder);
        return RecipeMerge.Apply(Extend(RecipeReader.ReadMap(RecipeReader.ReadText(file), file), file, folder, []), overrides);
    }

    /// <summary>Binds what <see cref="Merge"/> gave.</summary>
    internal static Recipe Of(string name, RecipeMap resolved, Binder? binder) => new(name, "", resolved, [], binder);

    /// <summary>Reads a recipe from text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="overrides">Values by dotted path.</param>
    /// <param name="folder">Where recipes are named rather than pathed; null where there are none.</param>
    /// <param name="binder">Reads types of other rooms; left out, the known types only.</param>
    /// <returns>The recipe.</returns>
    /// <exception cref="ConfigurationException">The recipe, or one that it extends, is missing or wrong.</exception>
    public static Recipe Parse(string yaml, string source, IReadOnlyList<string>? overrides = null, string? folder = null, Binder? binder = null) =>
        Build(Stem(source), yaml, RecipeReader.ReadMap(yaml, source), null, overrides, folder, binder);

    /// <summary>This recipe with more values in place, as if they had been overrides.</summary>
    /// <param name="values">Values by dotted path, in the order in which they are put in; see <see cref="RecipeMerge.Put(RecipeMap, string, RecipeNode)"/>.</param>
    /// <returns>Another recipe.</returns>
    /// <exception cref="ConfigurationException">A path leads nowhere, or the recipe is wrong with these values.</exception>
    public Recipe With(IEnumerable<KeyValuePair<string, RecipeNode>> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(Name, Input, values.Aggregate(Resolved, (map, value) => RecipeMerge.Put(map, value.Key, value.Value)), Overrides, binder);
    }

    /// <summary>This recipe with a person's overrides; see <see cref="RecipeMerge.Override"/>.</summary>
    /// <param name="values">Values by dotted path.</param>
    /// <returns>Another recipe.</returns>
    /// <exception cref="ConfigurationException">A path leads nowhere, or the recipe is wrong with these values.</exception>
    public Recipe Overridden(IEnumerable<KeyValuePair<string, RecipeNode>> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(Name, Input, values.Aggregate(Resolved, (map, value) => RecipeMerge.Override(map, value.Key, value.Value)), Overrides, binder);
    }

    /// <summary>The recipes of a folder by stem.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Stems in order.</returns>
    public static IReadOnlyList<string> Names(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.yaml").Select(Stem).Order(StringComparer.Ordinal)] : [];

    static Recipe Build(string name, string input, RecipeMap map, string? file, IReadOnlyList<string>? overrides, string? folder, Binder? binder)
    {
        var extended = Extend(map, file, folder, []);
        return new(name, input, RecipeMerge.Apply(extended, overrides ?? []), overrides ?? [], binder);
    }

    static RecipeMap Extend(RecipeMap map, string? file, string? folder, List<string> chain)
    {
        if (map["extends"] is not { IsNull: false } node)
            return map.With("extends", null);

        if (node is not RecipeScalar parent)
            throw node.Error("extends", $"the name or path of another recipe was expected, this is {node.Kind}");

        string below;

        try
        {
            below = Locate(parent.Text, file, folder);
        }
        catch (ConfigurationException e)
        {
            throw parent.Error("extends", e.Message.TrimEnd('.'));
        }

        if (chain.Contains(below) || chain.Count >= MaxExtends)
            throw parent.Error("extends", $"recipes extend each other in a circle: {string.Join(" → ", chain.Append(below).Select(Path.GetFileName))}");

        var lower = Extend(RecipeReader.ReadFile(below), below, folder, [.. chain, below]);
        return RecipeMerge.Over(lower, map.With("extends", null));
    }

    /// <summary>Each phase says only what differs from the recipe around it.</summary>
    static IEnumerable<RecipeMap> PhaseNodes(RecipeMap resolved)
    {
        if (resolved["phases"] is not { IsNull: false } node)
            return [resolved.With("phases", null)];

        if (node is not RecipeList { Items.Count: > 0 } list)
            throw node.Error("phases", $"a list of phases was expected, this is {node.Kind}");

        var around = resolved.With("phases", null);
        return list.Items.Select((phase, i) => phase is RecipeMap map
            ? RecipeMerge.Over(around, map)
            : throw phase.Error($"phases.{i}", $"a phase is a map of what differs from the recipe around it, this is {phase.Kind}"));
    }

    void CheckFrom(int phase)
    {
        if (Phases[phase].From is not { } from) return;
        var before = phase == 0 ? null : Phases[phase - 1].Phase;
        if (from != before)
            throw PhaseMaps[phase].Error($"phases.{phase}.from",
                $"a phase goes on with the one before it, {(phase == 0 ? "and this is the first" : before is null ? "which has no name (phase: NAME)" : $"'{before}'")}; '{from}' is not that one");
    }

    static string Locate(string path, string? beside, string? folder)
    {
        var near = beside is null ? path : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(beside))!, path);

        foreach (var candidate in new[] { near, $"{near}.yaml", folder is null ? near : Path.Combine(folder, path), folder is null ? near : Path.Combine(folder, $"{path}.yaml") })
        {
            if (File.Exists(candidate))
                return Path.GetFullPath(candidate);
        }

        var known = folder is null ? [] : Names(folder);
        throw new ConfigurationException($"there is no recipe '{path}'{Suggest.Nearest(path, known)}; "
            + $"{(known.Count > 0 ? $"there are {Suggest.Some(known)}, or give the path of a file" : "give the path of a .yaml file")}.");
    }

    static string Stem(string path) => Path.GetFileNameWithoutExtension(path);
}
