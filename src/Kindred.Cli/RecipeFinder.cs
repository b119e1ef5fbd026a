using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;

namespace Kindred.Cli;

/// <summary>Finds recipes: by file, by stem, or the default one of a method.</summary>
static class RecipeFinder
{
    /// <summary>The recipes that come with the program.</summary>
    internal static string Folder => Shipped.Recipes;

    internal static Recipe Load(string name, IReadOnlyList<string> overrides)
    {
        if (string.IsNullOrWhiteSpace(name)) throw new ConfigurationException("the recipe has an empty name; 'kindred list recipes' names those that come with Kindred.");
        if (File.Exists(name)) return Recipe.Load(name, overrides, Folder, Parts.Binder);
        var known = Recipe.Names(Folder);
        if (known.Contains(name)) return Recipe.Load(Path.Combine(Folder, $"{name}.yaml"), overrides, Folder, Parts.Binder);
        if (name.EndsWith(".yaml", StringComparison.Ordinal) || name.EndsWith(".yml", StringComparison.Ordinal) || name.Contains('/', StringComparison.Ordinal))
            throw new ConfigurationException($"there is no recipe file '{name}'{Suggest.Nearest(name, known)}; recipes that come with Kindred: {string.Join(", ", known)}.");
        // A plug-in's recipes lie beside it.
        if (Plugins.Loaded.Select(p => Path.Combine(Path.GetDirectoryName(p.Path)!, $"{name}.yaml")).FirstOrDefault(File.Exists) is { } beside)
            return Recipe.Load(beside, overrides, Folder, Parts.Binder);
        if (!Catalogues.Methods.All.TryGetValue(name, out var found))
            throw new ConfigurationException($"there is no method or recipe '{name}'{Suggest.Nearest(name, known.Concat(Catalogues.Methods.Names))}; "
                + "'kindred list methods' and 'kindred list recipes' name them, or give the path of a .yaml file.");
        var (method, type) = found;
        var file = $"{method.Recipe ?? method.Name}.yaml";
        var path = new[] { Folder, Path.GetDirectoryName(type.Assembly.Location)! }.Select(f => Path.Combine(f, file)).FirstOrDefault(File.Exists)
            ?? throw new ConfigurationException($"the method '{name}' comes without a recipe ({file} beside "
                + $"{Path.GetFileName(type.Assembly.Location)}); write one, with method: {name}, and give its path.");
        return Recipe.Load(path, overrides, Folder, Parts.Binder);
    }
}
