using Kindred.Experiments.Recipes;

namespace Kindred.Tests.Recipes;

/// <summary>The recipes that the project ships.</summary>
public sealed class RecipeFolderTests
{
    static string Folder
    {
        get
        {
            var at = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(at.FullName, "Kindred.slnx")))
                at = at.Parent ?? throw new DirectoryNotFoundException("the repository");
            return Path.Combine(at.FullName, "recipes");
        }
    }

    public static TheoryData<string> Names => [.. Recipe.Names(Folder)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_shipped_recipe_binds_and_what_a_run_keeps_of_it_resolves_to_itself(string name)
    {
        var recipe = Recipe.Load(name, folder: Folder);
        Assert.All(recipe.Phases, p => Assert.True(p.Train.Epochs > 0));

        var kept = Recipe.Parse(recipe.Resolved.ToString(), "config.yaml");
        Assert.Equal(recipe.Resolved.ToString(), kept.Resolved.ToString());
        Assert.Equal(recipe.Phases.Select(p => (p.Method, p.Train.Batch)), kept.Phases.Select(p => (p.Method, p.Train.Batch)));
    }
}
