using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;

namespace Kindred.Experiments.Studies;

/// <summary>The evaluations of a cell: what the study's list says, as requests, and their metrics as <c>name.metric</c>.</summary>
static class CellEvaluation
{
    /// <summary>Evaluates everything that the cell asks for.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="experiment">What was trained.</param>
    /// <param name="cancel">Stops.</param>
    internal static Dictionary<string, double> Run(StudyCell cell, Experiment experiment, CancellationToken cancel)
    {
        var metrics = new Dictionary<string, double>();
        foreach (var (name, request) in Requests(cell))
            foreach (var (metric, value) in Evaluations.Run(experiment, request, cancel).Metrics)
                metrics[$"{name}.{metric}"] = value;
        return metrics;
    }

    /// <summary>Finds mistakes in the list before anything is trained.</summary>
    /// <exception cref="ConfigurationException">A protocol, a setting or the baseline is unknown.</exception>
    internal static void Check(StudyCell cell)
    {
        foreach (var (_, request) in Requests(cell)) Evaluations.Check(request);
        var baselines = Baselines.All.Select(b => b.Name).ToArray();
        if (cell.Baseline is { } name && !baselines.Contains(name))
            throw new ConfigurationException($"there is no baseline '{name}'{Suggest.Nearest(name, baselines)}; there are {string.Join(", ", baselines)}.");
    }

    /// <summary>The protocols that the cell asks for.</summary>
    internal static IEnumerable<string> Protocols(StudyCell cell) => Requests(cell).Select(r => r.Request.Protocol);

    /// <summary>The metrics that the cell's evaluations give, by the first word that the study has for each; null where an evaluation does not say.</summary>
    internal static IReadOnlyDictionary<string, IReadOnlyList<string>?> Metrics(StudyCell cell)
    {
        var all = new Dictionary<string, IReadOnlyList<string>?>();
        foreach (var (name, request) in Requests(cell))
        {
            var names = Evaluations.MetricsOf(request);
            all[name] = all.TryGetValue(name, out var before) && (before is null || names is null) ? null : [.. before ?? [], .. names ?? []];
            if (names is null) all[name] = null;
        }
        return all;
    }

    static IEnumerable<(string Name, EvaluationRequest Request)> Requests(StudyCell cell) => cell.Evaluate.Select((node, i) =>
    {
        var map = Named(node);
        var protocol = Text(map, "name") ?? throw node.Error($"evaluate.{i}", $"the name of an evaluation was expected, or a map with 'name' and settings; this is {node.Kind}");
        var settings = new[] { "name", "as", "layer", "data" }.Aggregate(map, (rest, key) => rest.With(key, null));
        return (Text(map, "as") ?? protocol, new EvaluationRequest(protocol, Text(map, "data") ?? cell.Data, Text(map, "layer") ?? "h", settings, cell.Baseline));
    });

    // knn, { name: knn, k: 20 } and { knn: { k: 20 } } say the same, as everywhere in recipes.
    static RecipeMap Named(RecipeNode node) => node switch
    {
        RecipeMap { Entries: [var (key, settings)] } when key != "name" => ((settings as RecipeMap) ?? new([], node.Place)).With("name", new RecipeScalar(key, false, node.Place)),
        RecipeMap map => map,
        _ => new RecipeMap([new("name", node)], node.Place),
    };

    static string? Text(RecipeMap map, string key) => map[key] is RecipeScalar { IsNull: false } scalar ? scalar.Text : null;
}
