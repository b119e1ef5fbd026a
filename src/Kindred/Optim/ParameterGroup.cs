using System.Text.RegularExpressions;

namespace Kindred.Optim;

/// <summary>Parameters that are optimised differently, chosen by their state path.</summary>
/// <remarks>The first group whose pattern matches takes the parameter; what is null falls back to the optimizer's own setting.</remarks>
/// <param name="Pattern">A path or the start of one (<c>predictor</c> takes <c>predictor.layers.0.weight</c>); <c>*</c> stands for anything.</param>
public sealed record ParameterGroup(string Pattern)
{
    /// <summary>Factor on the learning rate.</summary>
    public double Multiplier { get; init; } = 1;

    /// <summary>The learning rate's factor over time: <c>1</c> keeps it fixed, as SimSiam's predictor wants.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Weight decay of these parameters.</summary>
    public Schedule? WeightDecay { get; init; }

    /// <summary>Whether decay and (in LARS) trust ratios leave these parameters out, whatever their shape.</summary>
    public bool? Excluded { get; init; }

    /// <summary>Whether a state path belongs here.</summary>
    public bool Takes(string path)
        => path == Pattern || path.StartsWith(Pattern + ".", StringComparison.Ordinal)
            || (Pattern.Contains('*') && Regex.IsMatch(path, "^" + Regex.Escape(Pattern).Replace("\\*", ".*") + "$"));
}
