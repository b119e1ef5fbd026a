using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;

namespace Kindred.Cli;

/// <summary>Finds recipes: by file, by stem, or the default one of a method.</summary>
static class RecipeFinder
{
    /// <summary>The recipes that come with the program.</summary>
    internal static string Folder => Shipped.Recipes;

    /// <summary>What can be named: recipes, and methods for their default recipes.</summary>
    internal static IEnumerable<string> Names => Recipe.Names(Folder).Union(Catalogues.Methods.Names);

    internal static Recipe Load(string name, IReadOnlyList<string> overrides) => Recipe.Load(Locate(name), overrides, Folder, Parts.Binder);

    /// <summary>The file of a recipe.</summary>
    /// <exception cref="ConfigurationException">There is none; the message suggests one.</exception>
    internal static string Locate(string name)
    {
        if (string.IsNullOrWhiteSpace(name)) throw new ConfigurationException("the recipe has an empty name; 'kindred list recipes' names those that come with Kindred.");
        if (File.Exists(name)) return name;
        var known = Recipe.Names(Folder);
        if (known.Contains(name)) return Path.Combine(Folder, $"{name}.yaml");
        if (name.EndsWith(".yaml", StringComparison.Ordinal) || name.EndsWith(".yml", StringComparison.Ordinal) || name.Contains('/', StringComparison.Ordinal))
            throw new ConfigurationException($"there is no recipe file '{name}'; write one (kindred init), or take one that comes with Kindred: {Suggest.Some(known)}.");
        // A plug-in's recipes lie beside it.
        if (Plugins.Loaded.Select(p => Path.Combine(Path.GetDirectoryName(p.Path)!, $"{name}.yaml")).FirstOrDefault(File.Exists) is { } beside) return beside;
        if (!Catalogues.Methods.All.TryGetValue(name, out var found))
            throw new ConfigurationException($"there is no method or recipe '{name}'{Suggest.Nearest(name, Names)}; "
                + "'kindred list methods' and 'kindred list recipes' name them, or give the path of a .yaml file.");
        var (method, type) = found;
        var file = $"{method.Recipe ?? method.Name}.yaml";
        return new[] { Folder, Path.GetDirectoryName(type.Assembly.Location)! }.Select(f => Path.Combine(f, file)).FirstOrDefault(File.Exists)
            ?? throw new ConfigurationException($"the method '{name}' comes without a recipe ({file} beside "
                + $"{Path.GetFileName(type.Assembly.Location)}); write one, with method: {name}, and give its path.");
    }
}
