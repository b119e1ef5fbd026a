using System.Reflection;

namespace Kindred.Experiments.Recipes;

/// <summary>Finds classes by attribute and builds them from their constructors: a new class is found without being listed anywhere.</summary>
public static class Registry
{
    /// <summary>Classes that carry an attribute, by the name that it gives them.</summary>
    /// <typeparam name="TAttribute">The attribute; a class may carry several, and then has several names.</typeparam>
    /// <param name="name">Reads the name from the attribute.</param>
    /// <param name="assemblies">Where to look.</param>
    /// <returns>Attribute and class by name, sorted.</returns>
    /// <exception cref="ConfigurationException">Two classes have one name.</exception>
    public static IReadOnlyDictionary<string, (TAttribute Attribute, Type Type)> Find<TAttribute>(Func<TAttribute, string> name, params ReadOnlySpan<Assembly> assemblies) where TAttribute : Attribute
    {
        var found = new SortedDictionary<string, (TAttribute, Type)>(StringComparer.Ordinal);

        foreach (var type in assemblies.ToArray().Distinct().SelectMany(a => a.GetExportedTypes()))
        {
            foreach (var attribute in type.GetCustomAttributes<TAttribute>(inherit: false))
            {
                if (!found.TryAdd(name(attribute), (attribute, type)))
                    throw new ConfigurationException($"{type.FullName} and {found[name(attribute)].Item2.FullName} are both called '{name(attribute)}'; rename one.");
            }
        }

        return found;
    }

    /// <summary>The options record that a class takes in its constructor.</summary>
    /// <param name="type">The class.</param>
    /// <returns>Its nested record <c>Options</c>, or null when it takes none.</returns>
    public static Type? OptionsOf(Type type) =>
        OptionInfo.Constructor(type).GetParameters().Select(p => p.ParameterType).FirstOrDefault(IsOptions);

    /// <summary>Builds a class: its options from a node, its other constructor arguments from the parts at hand.</summary>
    /// <param name="type">The class.</param>
    /// <param name="options">The node of its options; null for defaults.</param>
    /// <param name="binder">Reads the options.</param>
    /// <param name="parts">What its constructor may ask for, matched by type, such as the encoder.</param>
    /// <returns>An instance.</returns>
    /// <exception cref="ConfigurationException">An option is wrong, or the class refuses the values it gets.</exception>
    /// <exception cref="InvalidOperationException">The constructor asks for something that is not at hand.</exception>
    public static object Make(Type type, RecipeNode? options, Binder binder, params object?[] parts)
    {
        var constructor = OptionInfo.Constructor(type);
        var arguments = constructor.GetParameters().Select(p => Argument(type, p, options, binder, parts)).ToArray();

        if (options is RecipeMap { Entries: [var (key, value), ..] } && OptionsOf(type) is null)
            throw value.Error($"options.{key}", $"{type.Name} has no options");

        try
        {
            return constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException($"{type.Name} cannot be built with these options: {e.Message}", e);
        }
    }

    static object? Argument(Type type, ParameterInfo parameter, RecipeNode? options, Binder binder, object?[] parts)
    {
        if (IsOptions(parameter.ParameterType))
            return binder.Bind(parameter.ParameterType, options, "options");

        if (parts.FirstOrDefault(parameter.ParameterType.IsInstanceOfType) is { } part)
            return part;

        return parameter.HasDefaultValue ? parameter.DefaultValue
            : throw new InvalidOperationException($"{type.Name} asks for '{parameter.Name}', a {parameter.ParameterType.Name}; at hand are {Suggest.Some(parts.Select(p => p?.GetType().Name ?? "null"))}");
    }

    static bool IsOptions(Type type) => type.Name.EndsWith("Options", StringComparison.Ordinal);
}
