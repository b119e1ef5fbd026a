namespace Kindred.Experiments.Recipes;

/// <summary>One mistake in a recipe.</summary>
/// <param name="Path">Where: a dotted path; empty for the recipe as a whole.</param>
/// <param name="What">What came, what was expected, what to do.</param>
/// <param name="Node">The value that is wrong; null where none is to blame alone.</param>
public sealed record RecipeFault(string Path, string What, RecipeNode? Node)
{
    internal const string Key = "Kindred.Recipe.Fault";

    /// <summary>File, line and column, or the command line; null where nothing was written.</summary>
    public string? Place => Node?.Place.ToString();

    /// <inheritdoc/>
    public override string ToString() => $"{(Path.Length > 0 ? $"{Path}: " : "")}{What}{(Place is { } place ? $" ({place})" : "")}";

    /// <summary>The fault that an exception tells of; null of one that names no place.</summary>
    internal static RecipeFault? Of(ConfigurationException error) => error.Data[Key] as RecipeFault;
}
