using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Kindred.Experiments.Recipes;

/// <summary>One option of a part: what a person may write, and what holds when nothing is written.</summary>
public sealed class OptionInfo
{
    readonly ParameterInfo parameter;

    OptionInfo(ParameterInfo parameter)
    {
        this.parameter = parameter;
        Name = CamelCase(parameter.Name!);
    }

    /// <summary>The key in a recipe.</summary>
    public string Name { get; }

    /// <summary>What it holds.</summary>
    public Type Type => parameter.ParameterType;

    /// <summary>Whether it must be written.</summary>
    public bool IsRequired => !parameter.HasDefaultValue;

    /// <summary>What holds when nothing is written.</summary>
    // A default struct shows as null in metadata.
    public object? Default => parameter.DefaultValue is null && Type.IsValueType && Nullable.GetUnderlyingType(Type) is null ? Activator.CreateInstance(Type)
        : parameter.DefaultValue is { } value && (Nullable.GetUnderlyingType(Type) ?? Type).IsEnum ? Enum.ToObject(Nullable.GetUnderlyingType(Type) ?? Type, value)
        : parameter.DefaultValue;

    /// <summary>The values that are accepted, in words; null when all are.</summary>
    public string? Accepted => Range is { } range ? Describe(range)
        : parameter.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed ? string.Join(", ", allowed.Values)
        : (Nullable.GetUnderlyingType(Type) ?? Type) is { IsEnum: true } names ? string.Join(", ", Enum.GetNames(names).Select(CamelCase)) : null;

    RangeAttribute? Range => parameter.GetCustomAttribute<RangeAttribute>();

    /// <summary>The options of a record, in the order of its constructor.</summary>
    /// <param name="type">The record.</param>
    /// <returns>Its options.</returns>
    public static IReadOnlyList<OptionInfo> Of(Type type) => [.. Constructor(type).GetParameters().Select(p => new OptionInfo(p))];

    /// <summary>The options of a record as a map that says every value, defaults included.</summary>
    /// <param name="record">The record.</param>
    /// <returns>A node that binds back to an equal record.</returns>
    public static RecipeMap Write(object record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var type = record.GetType();
        var entries = new List<KeyValuePair<string, RecipeNode>>();

        foreach (var option in Of(type))
        {
            var property = type.GetProperty(option.parameter.Name!, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)
                ?? throw new ArgumentException($"{type.Name} takes '{option.Name}' but has no property of that name; write it as a record", nameof(record));

            if (property.GetValue(record) is { } value)
                entries.Add(new(option.Name, ScalarReader.Write(value)));
        }

        return new(entries, RecipePlace.Default);
    }

    internal static ConstructorInfo Constructor(Type type)
    {
        var constructors = type.GetConstructors();

        return type.IsAbstract || constructors.Length == 0 || type.IsPrimitive
            ? throw new ArgumentException($"a recipe cannot make a {type}; give the binder a reader for it with With<{type.Name}>", nameof(type))
            : constructors.MaxBy(c => c.GetParameters().Length)!;
    }

    internal static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    internal void Check(object? value, RecipeNode node, string path)
    {
        if (value is null)
            return;

        if (Range is { } range && value is IConvertible && !range.IsValid(Convert.ToDouble(value, CultureInfo.InvariantCulture)))
            throw node.Error(path, $"{node.Kind} is out of range; it takes {Describe(range)}");

        if (parameter.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed && !allowed.IsValid(value))
            throw node.Error(path, $"{node.Kind} is not one of {string.Join(", ", allowed.Values)}{Suggest.Nearest(value.ToString()!, allowed.Values.Select(v => $"{v}"))}");
    }

    static string Describe(RangeAttribute range)
    {
        var (low, high) = (Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture), Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture));
        var from = string.Create(CultureInfo.InvariantCulture, $"{(range.MinimumIsExclusive ? "more than" : "at least")} {low}");
        var to = string.Create(CultureInfo.InvariantCulture, $"{(range.MaximumIsExclusive ? "less than" : "at most")} {high}");

        return high >= int.MaxValue ? from : low <= int.MinValue ? to : $"{from} and {to}";
    }
}
