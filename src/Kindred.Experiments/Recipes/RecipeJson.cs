using System.Globalization;
using System.Text.Json.Nodes;

namespace Kindred.Experiments.Recipes;

/// <summary>Recipe values as JSON, for reports.</summary>
public static class RecipeJson
{
    /// <summary>The same content: words that are numbers, true, false or null become such.</summary>
    public static JsonNode? Of(RecipeNode node) => node switch
    {
        RecipeMap map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key, Of(e.Value)))),
        RecipeList list => new JsonArray([.. list.Items.Select(Of)]),
        RecipeScalar scalar => Of(scalar),
        _ => null,
    };

    static JsonNode? Of(RecipeScalar scalar)
    {
        if (scalar.IsNull) return null;
        if (scalar.Quoted) return scalar.Text;
        return scalar.Text switch
        {
            "true" => true,
            "false" => false,
            _ when long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
            _ when double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number,
            _ => scalar.Text,
        };
    }
}
