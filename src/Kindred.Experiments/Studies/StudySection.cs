using Kindred.Experiments.Recipes;

namespace Kindred.Experiments.Studies;

/// <summary>A study as its file says it: a grid of small trainings, what to measure of each, and what should come out.</summary>
/// <param name="Title">One line.</param>
/// <param name="Paper">The study that this one repeats, such as arXiv:2002.05709.</param>
/// <param name="Claim">What that study found, in a sentence.</param>
/// <param name="Recipe">The recipe that every cell starts from; cells may name their own.</param>
/// <param name="Set">Changes for all cells, by dotted path as on the command line.</param>
/// <param name="Cells">Cells by name.</param>
/// <param name="Axes">Axes by name; every combination of their values is a cell, called <c>first/second</c>.</param>
/// <param name="Skip">Combinations to leave out: maps from axis to value.</param>
/// <param name="Seeds">Every cell runs once with each.</param>
/// <param name="Evaluate">Evaluations: names, or maps with <c>name</c>, options, and <c>as</c> to give the metrics another first word.</param>
/// <param name="Measure">Numbers of the training log to show, such as <c>z_std</c>.</param>
/// <param name="Table">What the table shows: a list of metrics, or rows, columns and value.</param>
/// <param name="Plot">What the plot shows.</param>
/// <param name="Holds">Claims such as <c>a.knn.accuracy &gt; b.knn.accuracy + 3</c>.</param>
public sealed record StudySection(
    string Title,
    string? Paper = null,
    string? Claim = null,
    string? Recipe = null,
    RecipeNode? Set = null,
    IReadOnlyDictionary<string, CellSection>? Cells = null,
    IReadOnlyDictionary<string, IReadOnlyList<AxisSection>>? Axes = null,
    IReadOnlyList<RecipeNode>? Skip = null,
    IReadOnlyList<ulong>? Seeds = null,
    IReadOnlyList<RecipeNode>? Evaluate = null,
    IReadOnlyList<string>? Measure = null,
    TableSection? Table = null,
    PlotSection? Plot = null,
    IReadOnlyList<string>? Holds = null)
{
    /// <summary>Reads study files; a list of metrics is short for a table of them.</summary>
    internal static Binder Binder { get; } = new Binder().With((node, path) =>
        node is RecipeMap ? new Binder().Bind<TableSection>(node, path) : new TableSection(Metrics: new Binder().Bind<string[]>(node, path)));
}

/// <summary>One training of a study, or a baseline.</summary>
/// <param name="Recipe">Its recipe, if not the study's.</param>
/// <param name="Set">Changes for it, over those for all.</param>
/// <param name="Baseline">Trains nothing: <c>untrained</c> evaluates the network as it was drawn, <c>pixels</c> the picture itself.</param>
/// <param name="Evaluate">Its evaluations, if not the study's.</param>
/// <param name="After">An earlier cell whose recipe this one lengthens by further phases (<c>phases.+</c>); that one's training is not repeated.</param>
public sealed record CellSection(string? Recipe = null, RecipeNode? Set = null, string? Baseline = null, IReadOnlyList<RecipeNode>? Evaluate = null, string? After = null);

/// <summary>One value of an axis.</summary>
/// <param name="Name">Its name in the names of cells, in tables and plots.</param>
/// <param name="Set">What it changes.</param>
/// <param name="Recipe">A recipe to start from, if not the study's.</param>
public sealed record AxisSection(string Name, RecipeNode? Set = null, string? Recipe = null);

/// <summary>What a table shows.</summary>
/// <param name="Metrics">One row a cell, one column for each of these.</param>
/// <param name="Rows">The axis that runs downwards.</param>
/// <param name="Columns">The axis that runs to the right.</param>
/// <param name="Value">The metric in between.</param>
/// <param name="Mean">Adds a last column with each row's mean.</param>
public sealed record TableSection(IReadOnlyList<string>? Metrics = null, string? Rows = null, string? Columns = null, string? Value = null, bool Mean = false);

/// <summary>Ways to draw a study.</summary>
public enum PlotKind
{
    /// <summary>A bar a cell (or a group of bars, one a series), with its spread over seeds.</summary>
    Bars,

    /// <summary>A line a series along an axis, with the spread over seeds.</summary>
    Lines,

    /// <summary>A grid of two axes, coloured and with numbers.</summary>
    Heatmap,

    /// <summary>A dot a cell where two of its metrics meet, with the spread over seeds of both.</summary>
    Scatter,
}

/// <summary>What a plot shows.</summary>
/// <param name="Kind">How.</param>
/// <param name="Value">The metric; bars take several.</param>
/// <param name="X">The axis that runs to the right; left out, the cells. Of a scatter, the metric that does.</param>
/// <param name="Y">The axis that runs downwards in a heatmap.</param>
/// <param name="Series">The axis whose values are lines, or bars beside one another.</param>
public sealed record PlotSection(PlotKind Kind, IReadOnlyList<string> Value, string? X = null, string? Y = null, string? Series = null);
