using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;

namespace Kindred.Experiments.Reports;

/// <summary>All that can be known to be wrong in a recipe before its data are opened, its evaluations included.</summary>
public static class RecipeValidation
{
    /// <summary>Looks through a recipe.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="overrides">Values by dotted path.</param>
    /// <param name="folder">Where recipes that it extends are named.</param>
    /// <returns>Every mistake that can be told apart, and the recipe when there is none.</returns>
    public static (Recipe? Recipe, IReadOnlyList<RecipeFault> Faults) Find(string path, IReadOnlyList<string> overrides, string? folder) =>
        RecipeFaults.Find(path, overrides, folder, recipe => recipe.Phases.SelectMany(Evaluations.Checks));
}
