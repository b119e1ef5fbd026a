using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace Kindred.Optim;

/// <summary>Parameters that are optimised differently, chosen by their state path.</summary>
/// <remarks>The first group whose pattern matches takes the parameter; what is null falls back to the optimizer's own setting.</remarks>
/// <param name="Pattern">A path or the start of one (<c>predictor</c> takes <c>predictor.layers.0.weight</c>); <c>*</c> stands for anything.</param>
/// <param name="Multiplier">Factor on the learning rate.</param>
/// <param name="Schedule">The learning rate's factor over time: <c>1</c> keeps it fixed, as SimSiam's predictor wants.</param>
/// <param name="WeightDecay">Weight decay of these parameters.</param>
/// <param name="Excluded">Whether decay and (in LARS) trust ratios leave these parameters out, whatever their shape.</param>
public sealed record ParameterGroup(
    string Pattern, [Range(0.0, 1e6)] double Multiplier = 1, [Range(0.0, 1e6)] Schedule? Schedule = null, [Range(0.0, 1000.0)] Schedule? WeightDecay = null, bool? Excluded = null)
{
    /// <summary>Whether a state path belongs here.</summary>
    public bool Takes(string path)
        => path == Pattern || path.StartsWith(Pattern + ".", StringComparison.Ordinal)
            || (Pattern.Contains('*') && Regex.IsMatch(path, "^" + Regex.Escape(Pattern).Replace("\\*", ".*") + "$"));
}
