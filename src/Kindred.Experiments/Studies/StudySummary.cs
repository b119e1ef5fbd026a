using Kindred.Experiments.Recipes;

namespace Kindred.Experiments.Studies;

/// <summary>A study as lists show it: what it asks, and which methods, recipes and cells answer.</summary>
/// <param name="Name">The stem of its file.</param>
/// <param name="Title">One line.</param>
/// <param name="Paper">The study that it repeats; null where it says none.</param>
/// <param name="Claim">What that study found; null where it says none.</param>
/// <param name="Methods">The methods that are trained, in order of their names.</param>
/// <param name="Recipes">The recipes that cells start from.</param>
/// <param name="Cells">The trainings and baselines.</param>
/// <param name="Seeds">Every cell runs once with each.</param>
/// <param name="Evaluate">The protocols.</param>
/// <param name="Holds">The claims that numbers decide.</param>
public sealed record StudySummary(
    string Name,
    string Title,
    string? Paper,
    string? Claim,
    IReadOnlyList<string> Methods,
    IReadOnlyList<string> Recipes,
    IReadOnlyList<string> Cells,
    IReadOnlyList<ulong> Seeds,
    IReadOnlyList<string> Evaluate,
    IReadOnlyList<string> Holds)
{
    /// <summary>The studies of a folder. Nothing is opened, so that studies which want data by <c>--data</c> are told of too.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="recipes">Finds a recipe by name.</param>
    /// <exception cref="ConfigurationException">A study or a recipe is wrong.</exception>
    public static IReadOnlyList<StudySummary> Of(string folder, Func<string, Recipe> recipes)
    {
        ArgumentNullException.ThrowIfNull(recipes);
        return [.. Study.Names(folder).Select(name => Of(name, StudySection.Binder.Bind<StudySection>(RecipeReader.ReadFile(Path.Combine(folder, $"{name}.yaml"))), recipes))];
    }

    static StudySummary Of(string name, StudySection section, Func<string, Recipe> recipes)
    {
        var cells = StudyGrid.Expand(section, recipes, [], null);
        return new(name, section.Title, section.Paper, section.Claim,
            [.. cells.SelectMany(c => c.Recipe.Phases).Select(p => p.Method).Distinct().Order(StringComparer.Ordinal)],
            [.. cells.Select(c => c.Recipe.Name).Distinct().Order(StringComparer.Ordinal)],
            [.. cells.Select(c => c.Name)],
            section.Seeds is { Count: > 0 } seeds ? seeds : [0],
            [.. cells.SelectMany(CellEvaluation.Protocols).Distinct()],
            section.Holds ?? []);
    }
}
