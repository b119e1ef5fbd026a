using System.Collections;
using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Kindred;

/// <summary>What one option accepts: its range or its words, said once by attributes of the constructor's parameter.</summary>
/// <remarks>
/// The one place that compares values with ranges: recipes (with a line in a file) and constructors (<see cref="OptionRules.Check"/>) both come here.
/// A range holds for every number that an option holds: for each of a list, for the ends of what varies (<see cref="IVaries"/>). A parameter without
/// a range has that of the parameter of the same name in the record it derives from. NaN is out of every range.
/// </remarks>
public sealed class OptionRule
{
    static readonly ConcurrentDictionary<ParameterInfo, OptionRule> known = new();

    readonly RangeAttribute? range;
    readonly AllowedValuesAttribute? allowed;

    OptionRule(ParameterInfo parameter)
    {
        Name = OptionRules.KeyOf(parameter);
        ParameterInfo? at = parameter;
        for (var type = parameter.Member.DeclaringType; at is not null; (at, type) = OptionRules.Inherited(parameter.Name!, type?.BaseType))
        {
            range ??= at.GetCustomAttribute<RangeAttribute>();
            allowed ??= at.GetCustomAttribute<AllowedValuesAttribute>();
        }
    }

    /// <summary>The rule of a constructor's parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    public static OptionRule Of(ParameterInfo parameter) => known.GetOrAdd(parameter, p => new(p));

    /// <summary>The key in a recipe.</summary>
    public string Name { get; }

    /// <summary>Whether it has a range or a list of values.</summary>
    public bool Exists => range is not null || allowed is not null;

    /// <summary>The least and the greatest number, where there is a range.</summary>
    public (double Low, double High, bool LowExcluded, bool HighExcluded)? Bounds => range is null ? null
        : (Number(range.Minimum), Number(range.Maximum), range.MinimumIsExclusive, range.MaximumIsExclusive);

    /// <summary>The values that are accepted, where they are listed one by one.</summary>
    public IReadOnlyList<object>? Words => allowed is null ? null : [.. allowed.Values.OfType<object>()];

    /// <summary>The values that are accepted, in words; null when all are.</summary>
    public string? Accepted => Bounds is { } bounds ? $"{(range is IntervalAttribute ? "two numbers, the smaller first, each " : "")}{Phrase(bounds)}"
        : allowed is not null ? string.Join(", ", allowed.Values) : null;

    /// <summary>What is wrong with a value that an option holds.</summary>
    /// <param name="value">The value; null is none.</param>
    /// <param name="written">How it was written, for the message; null to print the value.</param>
    /// <returns>Nothing when it is accepted; else one sentence without the key.</returns>
    public string? Fault(object? value, string? written = null)
    {
        if (!Exists || value is null) return null;
        if (value is IVaries varies) return varies.Extremes.Select(x => One(x, written ?? $"reaches {Shown(x)}, which")).FirstOrDefault(f => f is not null);
        if (Elements(value) is not { } elements) return One(value, written ?? $"'{Shown(value)}'");
        return elements.Select(e => Fault(e)).FirstOrDefault(f => f is not null) ?? Disorder(elements);
    }

    string? Disorder(IReadOnlyList<object?> numbers) => range is not IntervalAttribute ? null
        : numbers is [{ } low, { } high] && Number(low) <= Number(high) ? null
        : $"[{string.Join(", ", numbers.Select(n => Shown(n!)))}] is no such range; it takes {Accepted}";

    string? One(object value, string called)
    {
        if (allowed is not null && value is string or IConvertible && !allowed!.IsValid(value))
            return $"{called} is not one of {Accepted}{Suggest.Nearest(Shown(value), allowed.Values.Select(v => Shown(v!)))}";
        if (Bounds is not { } bounds || value is string or bool or Enum || value is not IConvertible) return null;
        var number = Number(value);
        // Written so that NaN fails.
        var fits = (bounds.LowExcluded ? number > bounds.Low : number >= bounds.Low) && (bounds.HighExcluded ? number < bounds.High : number <= bounds.High);
        return fits ? null : $"{called} is out of range; it takes {Phrase(bounds)}";
    }

    internal static IReadOnlyList<object?>? Elements(object value) => value switch
    {
        string => null,
        IDictionary map => [.. map.Values.Cast<object?>()],
        IEnumerable list => [.. list.Cast<object?>()],
        ITuple pair => [.. Enumerable.Range(0, pair.Length).Select(i => pair[i])],
        _ => null,
    };

    static string Phrase((double Low, double High, bool LowExcluded, bool HighExcluded) bounds)
    {
        var from = $"{(bounds.LowExcluded ? "more than" : "at least")} {Shown(bounds.Low)}";
        var to = $"{(bounds.HighExcluded ? "less than" : "at most")} {Shown(bounds.High)}";
        return bounds.High >= int.MaxValue ? from : bounds.Low <= int.MinValue ? to : $"{from} and {to}";
    }

    static string Shown(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    static double Number(object value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);
}
