namespace Kindred.Experiments.Recipes;

/// <summary>One entry of a recipe's <c>evaluate</c>: <c>knn</c>, <c>{ knn: { k: 20 } }</c> or <c>{ name: knn, k: 20 }</c>.</summary>
static class EvaluationNode
{
    /// <summary>The protocol's name and what else is said.</summary>
    /// <param name="node">The entry.</param>
    /// <param name="path">Where it stands, for messages.</param>
    /// <exception cref="ConfigurationException">It names no protocol.</exception>
    public static (string Name, RecipeMap? Options) Read(RecipeNode node, string path) => node switch
    {
        RecipeScalar { IsNull: false } scalar => (scalar.Text, null),
        RecipeMap map when map["name"] is RecipeScalar scalar => (scalar.Text, map.With("name", null)),
        RecipeMap { Entries: [(var key, RecipeMap inner)] } => (key, inner),
        _ => throw node.Error(path, $"a protocol's name, or a map with one and its settings, was expected, this is {node.Kind}"),
    };
}
