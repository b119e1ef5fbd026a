using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kindred.Experiments.Recipes;

namespace Kindred.Experiments.Studies;

/// <summary>One training of a study, as it will run for every seed.</summary>
/// <param name="Name">Its name, such as <c>crop/colour</c>.</param>
/// <param name="At">Its value on each axis; empty for a cell that stands alone.</param>
/// <param name="Recipe">What is trained, without the seed.</param>
/// <param name="Baseline">What is evaluated in place of a training, such as <c>untrained</c> or <c>pixels</c>; null for a training.</param>
/// <param name="Evaluate">The evaluations.</param>
/// <param name="Data">The data of the evaluations; null for the recipe's.</param>
/// <param name="After">The cell whose run this one goes on after; null when it begins at the beginning.</param>
public sealed record StudyCell(string Name, IReadOnlyDictionary<string, string> At, Recipe Recipe, string? Baseline, IReadOnlyList<RecipeNode> Evaluate, string? Data, StudyCell? After = null)
{
    // They do not touch a training's numbers, or belong to what comes after it.
    static readonly string[] free = ["evaluate", "train.workers", "train.keep", "train.checkpointEvery"];

    /// <summary>How many cells have to be done before it.</summary>
    public int Depth => After is null ? 0 : After.Depth + 1;

    /// <summary>Its name as a file's.</summary>
    public string FileName { get; } = string.Concat(Name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+' or '_' or '=' ? c : '_'));

    /// <summary>The recipe with a seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <returns>What is trained.</returns>
    public Recipe Seeded(ulong seed) => Recipe.With([Value("train.seed", seed.ToString(CultureInfo.InvariantCulture)), Value("train.keep", "1")]);

    /// <summary>Changes whenever the training would come out differently.</summary>
    /// <param name="seed">The seed.</param>
    /// <returns>Hexadecimal digits.</returns>
    public string TrainingHash(ulong seed) => Hash($"{Baseline}\n{Seeded(seed).With(free.Select(path => Value(path, "null"))).Resolved}");

    /// <summary>Changes whenever the evaluations do.</summary>
    public string EvaluationHash => Hash($"{Data}\n{string.Concat(Evaluate.Select(e => e.ToString()))}");

    static KeyValuePair<string, RecipeNode> Value(string path, string text) => new(path, new RecipeScalar(text, false, RecipePlace.Default));

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
