namespace Kindred.Experiments.Recipes;

/// <summary>One part that a recipe can name: a class and the attribute that gives it the name.</summary>
/// <typeparam name="TAttribute">The attribute of its kind.</typeparam>
/// <param name="Attribute">Name, title and preset.</param>
/// <param name="Type">The class.</param>
public sealed record Part<TAttribute>(TAttribute Attribute, Type Type) : IPart where TAttribute : PartAttribute
{
    PartAttribute IPart.Attribute => Attribute;
}

/// <summary>One part that a recipe can name, whatever its kind.</summary>
public interface IPart
{
    /// <summary>Name, title and preset.</summary>
    PartAttribute Attribute { get; }

    /// <summary>The class.</summary>
    Type Type { get; }

    /// <summary>The record of its options: what its constructor takes, or itself where it is a record; null where it has none.</summary>
    Type? Options => Registry.OptionsOf(Type);

    /// <summary>Its options as a person sees them, its preset applied.</summary>
    IReadOnlyList<PartOption> Settings => PartOption.Of(this);
}

/// <summary>One option of a part, in words.</summary>
/// <param name="Name">The key in a recipe.</param>
/// <param name="Kind">What may be written: <c>number</c>, <c>list of whole numbers</c> …</param>
/// <param name="Default">What holds when nothing is written; null where it must be written or where it is worked out.</param>
/// <param name="Accepts">Its range or its words; null when everything is accepted.</param>
/// <param name="Required">Whether it must be written.</param>
public sealed record PartOption(string Name, string Kind, string? Default, string? Accepts, bool Required)
{
    internal static IReadOnlyList<PartOption> Of(IPart part)
    {
        if (part.Options is not { } type) return [];
        var preset = Registry.PresetOf(part.Attribute);
        return [.. OptionInfo.Of(type).Select(option =>
        {
            var value = preset?[option.Name] ?? (option.Default is { } fallback ? ScalarReader.Write(fallback) : null);
            return new PartOption(option.Name, option.Kind, value is null ? null : RecipeWriter.Write(value).Trim(), option.Accepted, option.IsRequired && preset?[option.Name] is null);
        })];
    }
}
