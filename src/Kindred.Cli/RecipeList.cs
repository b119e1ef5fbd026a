using Kindred.Experiments.Recipes;

namespace Kindred.Cli;

/// <summary>The recipes as a person chooses among them: what is trained, how large its input is, how long it goes, and what has to be given.</summary>
static class RecipeList
{
    internal static IEnumerable<RecipeLine> All() => Recipe.Names(RecipeFinder.Folder).Select(name => Of(RecipeFinder.Load(name, [])));

    static RecipeLine Of(Recipe recipe)
    {
        var first = recipe.First;
        return new(recipe.Name, recipe.Resolved["title"]?.ToString().Trim().Trim('"') ?? "", Encoder(first), Pixels(first),
            first.Train.Steps is { } steps ? $"{steps} steps" : string.Join(" + ", recipe.Phases.Select(p => p.Train.Epochs)), first.Train.Batch, first.Data is null ? "--data" : "");
    }

    static string Encoder(RecipeFile phase) => string.Join(", ", phase.Networks.Values.Prepend(phase.Encoder).Select(node => node switch
    {
        RecipeMap map => (map["name"] as RecipeScalar)?.Text,
        RecipeScalar { IsNull: false } scalar => scalar.Text,
        _ => null,
    }).OfType<string>().Distinct());

    // The side that the first group's views have.
    static string Pixels(RecipeFile phase) => phase.Views is not [var view, ..] ? ""
        : view.Size?.ToString(System.Globalization.CultureInfo.InvariantCulture)
            ?? view.Of.OfType<RecipeMap>().SelectMany(operation => operation.Entries).Select(entry => ((entry.Value as RecipeMap)?["size"] as RecipeScalar)?.Text)
                .FirstOrDefault(size => size is not null) ?? "";
}

/// <summary>A recipe in the list.</summary>
/// <param name="Name">By which it is trained.</param>
/// <param name="Title">One line.</param>
/// <param name="Encoder">Its networks, where it names any.</param>
/// <param name="Pixels">The side of a view; empty where the data have their own or are no pictures.</param>
/// <param name="Epochs">Of each phase, or steps.</param>
/// <param name="Batch">Samples a step.</param>
/// <param name="Needs">What has to be given; empty where it brings its data.</param>
sealed record RecipeLine(string Name, string Title, string Encoder, string Pixels, string Epochs, int Batch, string Needs);
