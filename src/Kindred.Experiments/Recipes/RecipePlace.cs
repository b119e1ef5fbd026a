using System.Globalization;

namespace Kindred.Experiments.Recipes;

/// <summary>Where a value was written: a line of a file, or the command line.</summary>
/// <param name="Source">The file, or what stands for it in messages.</param>
/// <param name="Line">The line, from 1; 0 where lines make no sense.</param>
/// <param name="Column">The column, from 1.</param>
public readonly record struct RecipePlace(string Source, int Line = 0, int Column = 0)
{
    /// <summary>What was given as <c>key=value</c>.</summary>
    public static RecipePlace CommandLine { get; } = new("command line");

    /// <summary>What the program filled in itself.</summary>
    public static RecipePlace Default { get; } = new("default");

    /// <inheritdoc/>
    public override string ToString() => Line == 0 ? Source : string.Create(CultureInfo.InvariantCulture, $"{Source}:{Line}:{Column}");
}
