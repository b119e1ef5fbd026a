using System.Globalization;

namespace Kindred.Experiments.Recipes;

/// <summary>A recipe in one line, for who looks for one that suits.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Method">The methods of its phases.</param>
/// <param name="Modality">What it learns from: pictures, text, graphs …</param>
/// <param name="Encoder">Its networks.</param>
/// <param name="Size">Side of a view in pixels; null of what is no picture, or where the data say it.</param>
/// <param name="Epochs">Epochs or steps; those of several phases with a plus between them.</param>
/// <param name="Batch">Samples a step.</param>
/// <param name="Data">The data that it names; null where a person has to.</param>
/// <param name="Title">One line.</param>
public sealed record RecipeSummary(string Name, string Method, string Modality, string Encoder, int? Size, string Epochs, int Batch, string? Data, string Title)
{
    /// <summary>Sums a recipe up.</summary>
    /// <param name="recipe">The recipe.</param>
    public static RecipeSummary Of(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var first = recipe.First;
        var uri = DataKinds.UriOf(first);
        var method = Catalogues.Methods.All.GetValueOrDefault(first.Method)?.Attribute;
        return new(recipe.Name, string.Join(" → ", recipe.Phases.Select(p => p.Method).Distinct()), uri is null ? method?.Modality ?? "pictures" : Kind(uri),
            string.Join(", ", (first.Encoder is { IsNull: false } encoder ? [encoder] : first.Networks.Values).Select(Named).Distinct()), Side(first),
            string.Join(" + ", recipe.Phases.Select(p => p.Train.Steps is { } steps ? $"{steps} steps" : p.Train.Epochs.ToString(CultureInfo.InvariantCulture))), first.Train.Batch, uri, first.Title ?? "");
    }

    static string Kind(string uri) => Catalogues.Modalities.Single(m => m.Type == DataKinds.Of(uri).GetType()).Attribute.Name;

    static string Named(RecipeNode node) => node switch
    {
        RecipeMap map when map["name"] is RecipeScalar name => name.Text,
        RecipeMap { Entries: [var (key, _), ..] } => key,
        RecipeScalar scalar => scalar.Text,
        _ => "?",
    };

    // The last operation that says a size decides: { crop: { size: 32 } } or { name: crop, size: 32 }.
    static int? Side(RecipeFile recipe) => recipe.Views.Count == 0 ? null : recipe.Views[0].Of
        .Select(node => node is RecipeMap map ? map["size"] ?? (map.Entries is [(_, RecipeMap options)] ? options["size"] : null) : null)
        .Select(size => int.TryParse((size as RecipeScalar)?.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var side) ? (int?)side : null)
        .LastOrDefault(side => side is not null) ?? recipe.Views[0].Size;
}
