using System.Collections.Concurrent;
using System.Reflection;

namespace Kindred;

/// <summary>The rules of an options record: its constructor's parameters say them.</summary>
public static class OptionRules
{
    static readonly ConcurrentDictionary<Type, (OptionRule Rule, PropertyInfo Property)[]> known = new();

    /// <summary>Refuses a record that holds a value outside of what its constructor's attributes accept, records inside it included.</summary>
    /// <remarks>Called by the parts that take options, so that C# code is held to the same ranges as a recipe.</remarks>
    /// <param name="record">The record; null passes.</param>
    /// <exception cref="ConfigurationException">A value is not accepted; the message has its key, itself and the range.</exception>
    public static void Check(object? record)
    {
        if (record is null) return;
        foreach (var (rule, property) in known.GetOrAdd(record.GetType(), Checked))
        {
            var value = property.GetValue(record);
            if (rule.Fault(value) is { } fault) throw new ConfigurationException($"{Owner(record.GetType())}: {rule.Name}: {fault}.");
            foreach (var inner in value is null ? [] : OptionRule.Elements(value) ?? [value])
                if (inner is not null && IsRecord(inner.GetType())) Check(inner);
        }
    }

    /// <summary>What a record of options is called in messages: <c>MoCo</c> for MoCo.Options, <c>Train</c> for TrainSection.</summary>
    /// <param name="type">The record.</param>
    public static string Owner(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type is { Name: "Options", DeclaringType: { } owner } ? owner.Name
            : type.Name.EndsWith("Options", StringComparison.Ordinal) || type.Name.EndsWith("Section", StringComparison.Ordinal) ? type.Name[..^7]
            : type.Name;
    }

    /// <summary>The constructor that says which options there are: the one with the most parameters; null where there is none to call.</summary>
    /// <param name="type">A record or another class.</param>
    public static ConstructorInfo? Constructor(Type? type) => type?.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
        .Where(c => !c.IsPrivate && !(c.GetParameters() is [var copied] && copied.ParameterType == type)).MaxBy(c => c.GetParameters().Length);

    /// <summary>Whether a type is a record class.</summary>
    /// <param name="type">The type.</param>
    public static bool IsRecord(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.GetMethod("<Clone>$") is not null;
    }

    internal static string KeyOf(ParameterInfo parameter) => char.ToLowerInvariant(parameter.Name![0]) + parameter.Name[1..];

    /// <summary>The nearest parameter of a name among the constructors of a type and those it derives from.</summary>
    internal static (ParameterInfo? Parameter, Type? Of) Inherited(string name, Type? type)
    {
        for (; type is not null && type != typeof(object); type = type.BaseType)
            if (Constructor(type)?.GetParameters().FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase)) is { } found) return (found, type);
        return (null, null);
    }

    static (OptionRule, PropertyInfo)[] Checked(Type type) =>
        [.. from parameter in Constructor(type)?.GetParameters() ?? []
            let property = type.GetProperty(parameter.Name!, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)
            where property?.CanRead == true
            select (OptionRule.Of(parameter), property)];
}
