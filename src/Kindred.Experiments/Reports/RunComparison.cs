using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;

namespace Kindred.Experiments.Reports;

/// <summary>What several runs do not share, and their numbers side by side.</summary>
/// <param name="Runs">The runs, in the order in which they were named.</param>
/// <param name="Settings">Settings of the recipe that differ, one value a run; null where it says nothing.</param>
/// <param name="Machine">What differs of the machines: libtorch, threads, processor …</param>
/// <param name="Metrics">The numbers that were logged last, by name.</param>
/// <param name="Evaluations">What evaluations gave, by name.</param>
public sealed record RunComparison(IReadOnlyList<RunRecord> Runs, IReadOnlyList<ComparedRow<string>> Settings, IReadOnlyList<ComparedRow<string>> Machine,
    IReadOnlyList<ComparedRow<double?>> Metrics, IReadOnlyList<ComparedRow<double?>> Evaluations)
{
    /// <summary>Compares runs.</summary>
    /// <param name="runs">Two or more.</param>
    public static RunComparison Of(IReadOnlyList<RunRecord> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var recipes = Recipes(runs);
        return new(runs,
            Differing(runs, r => recipes[r] is { } recipe ? Flat("", recipe) : []),
            Differing(runs, r => (r.Environment ?? []).Select(e => KeyValuePair.Create(e.Key, Text(e.Value)))),
            Numbers(runs, r => r.Metrics), Numbers(runs, r => r.Evaluations));
    }

    // Of one method, a default that one run writes out and the other does not is no difference; of several, all options would differ.
    static Dictionary<RunRecord, RecipeMap?> Recipes(IReadOnlyList<RunRecord> runs)
    {
        var said = runs.Distinct().ToDictionary(r => r, r => r.Recipe, (IEqualityComparer<RunRecord>)ReferenceEqualityComparer.Instance);
        if (said.Keys.Select(r => r.Method).Distinct().Count() > 1) return said;
        try { return said.Keys.ToDictionary(r => r, r => (RecipeMap?)RecipeDefaults.Fill(TrainedRun.ReadRecipe(r.Folder)), (IEqualityComparer<RunRecord>)ReferenceEqualityComparer.Instance); }
        catch (KindredException) { return said; }                                        // a recipe of another version, or a plug-in that is gone
    }

    static ComparedRow<string>[] Differing(IReadOnlyList<RunRecord> runs, Func<RunRecord, IEnumerable<KeyValuePair<string, string>>> said)
    {
        var all = runs.Select(r => said(r).ToDictionary()).ToArray();
        return [.. all.SelectMany(s => s.Keys).Distinct().Select(key => new ComparedRow<string>(key, [.. all.Select(s => s.GetValueOrDefault(key)!)]))
            .Where(row => row.Values.Distinct().Count() > 1).OrderBy(row => row.Name, StringComparer.Ordinal)];
    }

    static ComparedRow<double?>[] Numbers(IReadOnlyList<RunRecord> runs, Func<RunRecord, IReadOnlyDictionary<string, double>> of) =>
        [.. runs.SelectMany(r => of(r).Keys).Distinct().Select(name => new ComparedRow<double?>(name, [.. runs.Select(r => of(r).TryGetValue(name, out var value) ? (double?)value : null)]))];

    static IEnumerable<KeyValuePair<string, string>> Flat(string path, RecipeNode node) => node is RecipeMap { Entries.Count: > 0 } map
        ? map.Entries.SelectMany(e => Flat(path.Length == 0 ? e.Key : $"{path}.{e.Key}", e.Value))
        : [KeyValuePair.Create(path, Text(RecipeJson.Of(node)))];

    static string Text(JsonNode? node) => node is null ? "null" : node is JsonValue value && value.TryGetValue<string>(out var text) ? text
        : node.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

/// <summary>One line of a comparison.</summary>
/// <param name="Name">The setting or number.</param>
/// <param name="Values">One value a run.</param>
public sealed record ComparedRow<T>(string Name, IReadOnlyList<T> Values);
