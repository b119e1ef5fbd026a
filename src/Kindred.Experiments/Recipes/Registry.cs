using System.Reflection;

namespace Kindred.Experiments.Recipes;

/// <summary>Finds classes by attribute and builds them from their constructors: a new class is found without being listed anywhere.</summary>
public static class Registry
{
    /// <summary>Classes that carry an attribute, by the name that it gives them.</summary>
    /// <typeparam name="TAttribute">The attribute; a class may carry several, and then has several names.</typeparam>
    /// <param name="kind">What each of them has to be.</param>
    /// <param name="assemblies">Where to look.</param>
    /// <returns>Attribute and class by name, sorted.</returns>
    /// <exception cref="ConfigurationException">Two classes have one name, or a class is not of the kind.</exception>
    public static IReadOnlyDictionary<string, Part<TAttribute>> Find<TAttribute>(Type kind, params ReadOnlySpan<Assembly> assemblies) where TAttribute : PartAttribute
    {
        ArgumentNullException.ThrowIfNull(kind);
        var found = new SortedDictionary<string, Part<TAttribute>>(StringComparer.Ordinal);

        foreach (var type in assemblies.ToArray().Distinct().SelectMany(a => a.GetExportedTypes()))
        {
            foreach (var attribute in type.GetCustomAttributes<TAttribute>(inherit: false))
            {
                if (!kind.IsAssignableFrom(type) || type.IsAbstract)
                    throw new ConfigurationException($"{type.FullName} is registered as '{attribute.Name}' by {typeof(TAttribute).Name}, which belongs on a class that is a {kind.Name}.");

                if (!found.TryAdd(attribute.Name, new(attribute, type)))
                    throw new ConfigurationException($"{type.FullName} and {found[attribute.Name].Type.FullName} are both called '{attribute.Name}'; rename one.");
            }
        }

        return found;
    }

    /// <summary>The record that says a class's options.</summary>
    /// <param name="type">The class.</param>
    /// <returns>The record <c>Options</c> that its constructor takes, the class itself where it is a record, or null where there are no options.</returns>
    public static Type? OptionsOf(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        var parameters = OptionInfo.Constructor(type).GetParameters();
        return parameters.Select(p => p.ParameterType).FirstOrDefault(IsOptions) ?? (OptionRules.IsRecord(type) && parameters.Length > 0 ? type : null);
    }

    /// <summary>Builds a class: its options from a node, its other constructor arguments from the parts at hand.</summary>
    /// <param name="type">The class.</param>
    /// <param name="options">The node of its options; null for defaults.</param>
    /// <param name="binder">Reads the options.</param>
    /// <param name="parts">What its constructor may ask for, matched by type, such as the encoder.</param>
    /// <returns>An instance.</returns>
    /// <exception cref="ConfigurationException">An option is wrong, or the class refuses the values it gets.</exception>
    /// <exception cref="InvalidOperationException">The constructor asks for something that is not at hand.</exception>
    public static object Make(Type type, RecipeNode? options, Binder binder, params object?[] parts) => Make(type, options, "options", binder, parts);

    /// <summary>Builds a class: its options from a node, its other constructor arguments from the parts at hand.</summary>
    /// <param name="type">The class.</param>
    /// <param name="options">The node of its options; null for defaults.</param>
    /// <param name="path">Where the options stand, for messages.</param>
    /// <param name="binder">Reads the options.</param>
    /// <param name="parts">What its constructor may ask for, matched by type, such as the encoder.</param>
    /// <returns>An instance.</returns>
    /// <exception cref="ConfigurationException">An option is wrong, or the class refuses the values it gets.</exception>
    /// <exception cref="InvalidOperationException">The constructor asks for something that is not at hand.</exception>
    public static object Make(Type type, RecipeNode? options, string path, Binder binder, params object?[] parts) =>
        Make(type, options, path, binder, parameter => parts.FirstOrDefault(parameter.ParameterType.IsInstanceOfType));

    /// <summary>Builds a class: its options from a node, its other constructor arguments from whoever supplies them.</summary>
    /// <param name="type">The class.</param>
    /// <param name="options">The node of its options; null for defaults.</param>
    /// <param name="path">Where the options stand, for messages.</param>
    /// <param name="binder">Reads the options.</param>
    /// <param name="supply">Gives what a parameter of the constructor asks for; null where it has nothing.</param>
    /// <returns>An instance.</returns>
    /// <exception cref="ConfigurationException">An option is wrong, or the class refuses the values it gets.</exception>
    /// <exception cref="InvalidOperationException">The constructor asks for something that is not at hand.</exception>
    public static object Make(Type type, RecipeNode? options, string path, Binder binder, Func<ParameterInfo, object?> supply)
    {
        ArgumentNullException.ThrowIfNull(binder);

        if (options is RecipeMap { Entries: [var (key, value), ..] } && OptionsOf(type) is null)
            throw value.Error(Binder.Join(path, key), $"{type.Name} has no options");

        if (OptionsOf(type) == type)
            return binder.Bind(type, options, path)!;

        var constructor = OptionInfo.Constructor(type);
        var arguments = constructor.GetParameters().Select(p => Argument(type, p, options, path, binder, supply)).ToArray();

        try
        {
            return constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException($"{type.Name} cannot be built with these options: {e.Message}", e);
        }
    }

    /// <summary>What a preset says, as a map; null where there is none.</summary>
    internal static RecipeMap? PresetOf(PartAttribute attribute) =>
        attribute.Preset.Length == 0 ? null : RecipeReader.ReadMap(attribute.Preset, $"preset of {attribute.Name}");

    /// <summary>Options on top of a part's preset; null leaves what the preset says.</summary>
    internal static RecipeMap? OverPreset(PartAttribute attribute, RecipeMap? options) => PresetOf(attribute) is not { } preset ? options
        : options is null ? preset
        : new(options.Entries.Where(e => !e.Value.IsNull).Aggregate(preset, (map, e) => map.With(e.Key, e.Value)).Entries, options.Place);

    static object? Argument(Type type, ParameterInfo parameter, RecipeNode? options, string path, Binder binder, Func<ParameterInfo, object?> supply)
    {
        if (IsOptions(parameter.ParameterType))
            return binder.Bind(parameter.ParameterType, options, path);

        return supply(parameter) ?? (parameter.HasDefaultValue ? parameter.DefaultValue
            : throw new InvalidOperationException($"{type.Name} asks for '{parameter.Name}', a {parameter.ParameterType.Name}, and nothing of the kind is at hand"));
    }

    static bool IsOptions(Type type) => type.Name.EndsWith("Options", StringComparison.Ordinal);
}
