using Kindred.Experiments.Recipes;

namespace Kindred.Cli;

/// <summary>Finds recipes: by file, by stem, or the default one of a method.</summary>
static class RecipeFinder
{
    /// <summary>The recipes that come with the program.</summary>
    internal static string Folder => Path.Combine(AppContext.BaseDirectory, "recipes");

    internal static Recipe Load(string name, IReadOnlyList<string> overrides)
    {
        if (File.Exists(name)) return Recipe.Load(name, overrides, Folder, Parts.Binder);
        var known = Recipe.Names(Folder);
        if (known.Contains(name)) return Recipe.Load(Path.Combine(Folder, $"{name}.yaml"), overrides, Folder, Parts.Binder);
        if (name.EndsWith(".yaml", StringComparison.Ordinal) || name.EndsWith(".yml", StringComparison.Ordinal) || name.Contains('/', StringComparison.Ordinal))
            throw new ConfigurationException($"there is no recipe file '{name}'; recipes that come with Kindred: {string.Join(", ", known)}.");
        var (method, _) = MethodCatalog.Find(name);
        return Recipe.Load(Path.Combine(Folder, $"{method.Recipe ?? method.Name}.yaml"), overrides, Folder, Parts.Binder);
    }
}
