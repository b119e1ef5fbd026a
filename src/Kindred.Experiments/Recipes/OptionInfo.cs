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
    public object? Default => IsRequired ? null
        : parameter.DefaultValue is null && Type.IsValueType && Nullable.GetUnderlyingType(Type) is null ? Activator.CreateInstance(Type)
        : parameter.DefaultValue is { } value && (Nullable.GetUnderlyingType(Type) ?? Type).IsEnum ? Enum.ToObject(Nullable.GetUnderlyingType(Type) ?? Type, value)
        : parameter.DefaultValue;

    /// <summary>What it accepts, and the only place where that is compared.</summary>
    public OptionRule Rule => OptionRule.Of(parameter);

    /// <summary>The values that are accepted, in words; null when all are.</summary>
    public string? Accepted => Rule.Accepted
        ?? ((Nullable.GetUnderlyingType(Type) ?? Type) is { IsEnum: true } names ? string.Join(", ", Enum.GetNames(names).Select(CamelCase)) : null);

    /// <summary>What may be written, in a word or two: <c>whole number</c>, <c>list of numbers</c> …</summary>
    public string Kind => KindOf(Type);

    /// <summary>Whether it holds numbers, by itself or in a list, a map or a schedule.</summary>
    public bool IsNumeric => Holds(Type);

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

    static bool Holds(Type type) => Nullable.GetUnderlyingType(type) is { } inner ? Holds(inner)
        : IsNumber(type) || typeof(IVaries).IsAssignableFrom(type)
        || (type != typeof(string) && (Binder.ElementOf(type) ?? Binder.ValueOf(type)) is { } element && Holds(element))
        || (Binder.IsPair(type) && type.GetGenericArguments().Any(Holds));

    static bool IsNumber(Type type) => !type.IsEnum && Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.Decimal;

    static string KindOf(Type type) => Nullable.GetUnderlyingType(type) is { } inner ? KindOf(inner)
        : type == typeof(bool) ? "true or false"
        : type.IsEnum || type == typeof(string) ? "word"
        : IsNumber(type) ? Type.GetTypeCode(type) is TypeCode.Single or TypeCode.Double or TypeCode.Decimal ? "number" : "whole number"
        : typeof(IVaries).IsAssignableFrom(type) ? "number or schedule"
        : Binder.ElementOf(type) is { } element ? IsNumber(element) ? $"list of {KindOf(element)}s" : "list"
        : Binder.IsPair(type) ? "two values" : Binder.ValueOf(type) is not null ? "map" : "part";
}
