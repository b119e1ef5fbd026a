using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Recipes;

namespace Kindred.Experiments.Studies;

/// <summary>Turns a study's axes and cells into trainings.</summary>
static class StudyGrid
{
    /// <summary>The combinations of all axes, the first axis slowest, then the cells that stand alone.</summary>
    /// <param name="section">The study.</param>
    /// <param name="recipes">Finds a recipe by name.</param>
    /// <param name="overrides">Changes for every cell, over everything that the study says.</param>
    /// <param name="data">Data in place of the recipes'; its training part is learnt from.</param>
    /// <exception cref="ConfigurationException">A recipe is missing or wrong, two cells share a name, or there are none.</exception>
    internal static IReadOnlyList<StudyCell> Expand(StudySection section, Func<string, Recipe> recipes, IReadOnlyList<KeyValuePair<string, RecipeNode>> overrides, string? data)
    {
        KeyValuePair<string, RecipeNode>[] own = data is null ? [] : [new("data", new RecipeScalar(DataSplit.Of(data, "train"), true, RecipePlace.CommandLine))];
        var known = new Dictionary<string, Recipe>(StringComparer.Ordinal);
        var cells = Combinations(section).Select(point => Make($"cell {Name(point)}", Name(point), point.ToDictionary(p => p.Key, p => p.Value.Name), [.. point.Select(p => p.Value.Set)],
            new CellSection(point.Select(p => p.Value.Recipe).LastOrDefault(r => r is not null)))).ToList();
        foreach (var (name, cell) in section.Cells ?? new Dictionary<string, CellSection>())
            cells.Add(Make($"cells.{name}", name, [], [cell.Set], cell, cell.After is { } after ? Earlier(after, cells, $"cells.{name}.after") : null));

        if (cells.Count == 0) throw new ConfigurationException($"{section.Title}: the study has no cells; list them under 'cells', or give 'axes' whose combinations are the cells.");
        foreach (var twins in cells.GroupBy(c => c.FileName).Where(g => g.Count() > 1))
            throw new ConfigurationException($"{section.Title}: the cells {string.Join(" and ", twins.Select(c => $"'{c.Name}'"))} would share the folder '{twins.Key}'; rename one.");
        return cells;

        StudyCell Make(string path, string name, Dictionary<string, string> at, RecipeNode?[] sets, CellSection cell, StudyCell? after = null)
        {
            var start = after?.Recipe ?? Start(path, cell.Recipe).With(Entries(section.Set, "set"));
            var made = start.With(sets.SelectMany(s => Entries(s, $"{path}.set")).Concat(own)).Overridden(overrides);
            return new(name, at, made, cell.Baseline, cell.Evaluate ?? section.Evaluate ?? made.First.Evaluate, data, after);
        }

        Recipe Start(string path, string? recipe)
        {
            var wanted = recipe ?? section.Recipe ?? throw new ConfigurationException($"{path}: neither the cell nor the study names a recipe; give one, such as recipe: simclr.");
            if (known.TryGetValue(wanted, out var start)) return start;
            try { return known[wanted] = recipes(wanted); }
            catch (ConfigurationException e) { throw new ConfigurationException($"{(recipe is null ? "recipe" : $"{path}.recipe")}: {e.Message}", e); }
        }
    }

    static StudyCell Earlier(string name, List<StudyCell> cells, string path) => cells.Find(c => c.Name == name)
        ?? throw new ConfigurationException($"{path}: there is no cell '{name}' above{Suggest.Nearest(name, cells.Select(c => c.Name))}; a cell goes on after one that stands before it.");

    static string Name(IEnumerable<KeyValuePair<string, AxisSection>> point) => string.Join('/', point.Select(p => p.Value.Name));

    static IEnumerable<KeyValuePair<string, AxisSection>[]> Combinations(StudySection section)
    {
        if (section.Axes is not { Count: > 0 } axes) return [];
        var skip = (section.Skip ?? []).Select((node, i) => Skipped(node, axes, $"skip.{i}")).ToArray();
        IEnumerable<KeyValuePair<string, AxisSection>[]> points = [[]];
        foreach (var (axis, values) in axes)
            points = points.SelectMany(p => values.Select(v => p.Append(KeyValuePair.Create(axis, v)).ToArray()));
        return points.Where(p => !skip.Any(s => s.All(wanted => p.Any(at => at.Key == wanted.Key && at.Value.Name == wanted.Value))));
    }

    static Dictionary<string, string> Skipped(RecipeNode node, IReadOnlyDictionary<string, IReadOnlyList<AxisSection>> axes, string path)
    {
        var wanted = new Binder().Bind<Dictionary<string, string>>(node, path);
        foreach (var (axis, value) in wanted)
        {
            if (!axes.TryGetValue(axis, out var values)) throw node.Error(path, $"there is no axis '{axis}'{Suggest.Nearest(axis, axes.Keys)}; there are {string.Join(", ", axes.Keys)}");
            if (values.All(v => v.Name != value))
                throw node.Error(path,
                    $"the axis {axis} has no '{value}'{Suggest.Nearest(value, values.Select(v => v.Name))}; it has {string.Join(", ", values.Select(v => v.Name))}");
        }
        return wanted;
    }

    static IEnumerable<KeyValuePair<string, RecipeNode>> Entries(RecipeNode? set, string path) => set switch
    {
        null or { IsNull: true } => [],
        RecipeMap map => map.Entries,
        _ => throw set.Error(path, $"a map of changes was expected, such as {{ options.temperature: 0.5 }}; this is {set.Kind}"),
    };
}
