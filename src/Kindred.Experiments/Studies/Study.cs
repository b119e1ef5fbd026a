using Kindred.Experiments.Recipes;

namespace Kindred.Experiments.Studies;

/// <summary>A grid of small trainings, what is measured of each, and the claims that the numbers decide.</summary>
/// <remarks>
/// <code>
/// title: Which augmentations matter
/// recipe: simclr.small
/// cells:
///   crop: { set: { views: [ … ] } }
///   crop+colour: { set: { views: [ … ] } }
/// seeds: [0, 1]
/// evaluate: [knn]
/// holds: [ crop+colour.knn.accuracy > crop.knn.accuracy + 3 ]
/// </code>
/// </remarks>
public sealed class Study
{
    Study(string name, StudySection section, IReadOnlyList<StudyCell> cells, IReadOnlyList<Claim> claims) =>
        (Name, Section, Cells, Claims) = (name, section, cells, claims);

    /// <summary>The stem of its file.</summary>
    public string Name { get; }

    /// <summary>What the file says.</summary>
    public StudySection Section { get; }

    /// <summary>The trainings, each for every seed.</summary>
    public IReadOnlyList<StudyCell> Cells { get; }

    /// <summary>What should come out.</summary>
    public IReadOnlyList<Claim> Claims { get; }

    /// <summary>The seeds of the file, 0 if it names none.</summary>
    public IReadOnlyList<ulong> Seeds => Section.Seeds is { Count: > 0 } seeds ? seeds : [0];

    /// <summary>Loads a study file.</summary>
    /// <param name="path">The file, or the stem of one in <paramref name="folder"/>.</param>
    /// <param name="recipes">Finds a recipe by name.</param>
    /// <param name="folder">Where studies are named rather than pathed.</param>
    /// <param name="overrides">Changes for every cell, such as <c>train.epochs=1</c>.</param>
    /// <param name="data">A data URI in place of the recipes'.</param>
    /// <returns>The study, every cell's recipe checked.</returns>
    /// <exception cref="ConfigurationException">The study, a recipe or an override is missing or wrong.</exception>
    public static Study Load(string path, Func<string, Recipe> recipes, string? folder = null, IReadOnlyList<string>? overrides = null, string? data = null)
    {
        var file = Locate(path, folder);
        return Read(Path.GetFileNameWithoutExtension(file), RecipeReader.ReadFile(file), recipes, overrides, data);
    }

    /// <summary>Reads a study from text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="recipes">Finds a recipe by name.</param>
    /// <param name="overrides">Changes for every cell.</param>
    /// <param name="data">A data URI in place of the recipes'.</param>
    /// <returns>The study, every cell's recipe checked.</returns>
    /// <exception cref="ConfigurationException">The study, a recipe or an override is wrong.</exception>
    public static Study Parse(string yaml, string source, Func<string, Recipe> recipes, IReadOnlyList<string>? overrides = null, string? data = null) =>
        Read(source, RecipeReader.ReadMap(yaml, source), recipes, overrides, data);

    /// <summary>The studies of a folder by stem.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Stems in order.</returns>
    public static IReadOnlyList<string> Names(string folder) => Recipe.Names(folder);

    /// <summary>The studies of a folder with their titles.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>In order of names.</returns>
    public static IEnumerable<(string Name, string Title)> Titles(string folder) =>
        Names(folder).Select(name => (name, StudySection.Binder.Bind<StudySection>(RecipeReader.ReadFile(Path.Combine(folder, $"{name}.yaml"))).Title));

    /// <summary>The cell of a name.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The cell.</returns>
    /// <exception cref="ConfigurationException">There is no such cell.</exception>
    public StudyCell Cell(string name) => Cells.FirstOrDefault(c => c.Name == name)
        ?? throw new ConfigurationException($"{Name} has no cell '{name}'{Suggest.Nearest(name, Cells.Select(c => c.Name))}; it has {Suggest.Some(Cells.Select(c => c.Name))}.");

    static Study Read(string name, RecipeMap map, Func<string, Recipe> recipes, IReadOnlyList<string>? overrides, string? data)
    {
        ArgumentNullException.ThrowIfNull(recipes);
        var section = StudySection.Binder.Bind<StudySection>(map);
        var cells = StudyGrid.Expand(section, recipes, [.. (overrides ?? []).Select(Override)], data);
        foreach (var cell in cells) Check(cell);
        CheckAxes(section, map);
        var claims = (section.Holds ?? []).Select((text, i) => Claim.Parse(text, [.. cells.Select(c => c.Name)], $"holds.{i}")).ToArray();
        StudyMetrics.Check(section, map, cells, claims);
        return new(name, section, cells, claims);
    }

    static KeyValuePair<string, RecipeNode> Override(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? new(text[..at], RecipeMerge.Locate(RecipeReader.Read(text[(at + 1)..], RecipePlace.CommandLine.Source)))
            : throw new ConfigurationException($"'{text}' is no change to the cells; write key=value, such as train.epochs=1.");
    }

    // What can be wrong in a recipe is found before the first training, not after the tenth.
    static void Check(StudyCell cell)
    {
        try
        {
            RecipeCheck.Refuse(cell.Recipe);
            if (cell.Recipe.Phases.Any(p => p.Data is null)) throw new ConfigurationException($"the recipe {cell.Recipe.Name} names no data; give them by --data.");
            CellEvaluation.Check(cell);
        }
        catch (ConfigurationException e)
        {
            throw new ConfigurationException($"cell {cell.Name}: {e.Message}", e);
        }
    }

    static void CheckAxes(StudySection section, RecipeMap map)
    {
        var known = (section.Axes ?? new Dictionary<string, IReadOnlyList<AxisSection>>()).Keys.ToArray();
        (string Path, string? Axis)[] named =
        [
            ("table.rows", section.Table?.Rows), ("table.columns", section.Table?.Columns),
            ("plot.x", section.Plot is { Kind: PlotKind.Scatter } ? null : section.Plot?.X), ("plot.y", section.Plot?.Y), ("plot.series", section.Plot?.Series),
        ];
        foreach (var (path, axis) in named)
            if (axis is not null && !known.Contains(axis))
                throw (map.TryGet(path, out var node) ? node : map).Error(path, $"there is no axis '{axis}'{Suggest.Nearest(axis, known)}; the study has {Suggest.Some(known)}");
        if (section.Table is { } table && (table.Rows is null) != (table.Columns is null)) throw map.Error("table", "rows and columns go together, with the metric between them as value");
        if (section.Table is { Rows: not null, Value: null }) throw map.Error("table.value", "the metric that the table shows is missing");
        if (section.Plot is { Kind: PlotKind.Heatmap } heat && (heat.X is null || heat.Y is null)) throw map.Error("plot", "a heatmap needs two axes, x and y");
        if (section.Plot is { Kind: PlotKind.Lines, X: null }) throw map.Error("plot.x", "lines need the axis along which they run");
        if (section.Plot is { Kind: PlotKind.Scatter } dots && (dots.X is null || dots.Value is not [_])) throw map.Error("plot", "a scatter needs two metrics, one as x and one as value");
    }

    static string Locate(string path, string? folder)
    {
        foreach (var candidate in folder is null ? [path] : new[] { path, Path.Combine(folder, $"{path}.yaml") })
            if (File.Exists(candidate)) return Path.GetFullPath(candidate);
        var known = folder is null ? [] : Names(folder);
        throw new ConfigurationException($"there is no study '{path}'{Suggest.Nearest(path, known)}; "
            + $"{(known.Count > 0 ? $"there are {string.Join(", ", known)}, or give the path of a .yaml file" : "give the path of a .yaml file")}.");
    }
}
