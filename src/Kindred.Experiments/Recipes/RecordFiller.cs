using System.Reflection;

namespace Kindred.Experiments.Recipes;

/// <summary>Changes single properties of an options record that comes filled with defaults: encoders and optimizers are described that way.</summary>
public static class RecordFiller
{
    /// <summary>A copy of a record with the properties that a node names set from it.</summary>
    /// <param name="defaults">The record to start from.</param>
    /// <param name="node">A map of properties in camel case, or null for none.</param>
    /// <param name="path">Where the node stands, for messages.</param>
    /// <param name="binder">Reads the values.</param>
    /// <param name="owner">What the record belongs to, for messages: <c>encoder resnet18</c>.</param>
    /// <exception cref="ConfigurationException">A key is unknown or a value wrong.</exception>
    public static object Fill(object defaults, RecipeNode? node, string path, Binder binder, string owner)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        ArgumentNullException.ThrowIfNull(binder);
        var copy = defaults.GetType().GetMethod("<Clone>$")!.Invoke(defaults, null)!;
        if (node is null || node.IsNull) return copy;
        if (node is not RecipeMap map) throw node.Error(path, $"a map with options of {owner} was expected, this is {node.Kind}");
        var properties = PropertiesOf(defaults);
        foreach (var (key, value) in map.Entries)
        {
            var property = properties.FirstOrDefault(p => Camel(p.Name) == key)
                ?? throw value.Error(Binder.Join(path, key), $"{owner} has no such option{Suggest.Nearest(key, properties.Select(p => Camel(p.Name)))}; it has {string.Join(", ", properties.Select(p => Camel(p.Name)))}");
            property.SetValue(copy, binder.Bind(property.PropertyType, value, Binder.Join(path, key)));
        }
        return copy;
    }

    /// <summary>Every property that a recipe may set, with its value.</summary>
    public static IEnumerable<(string Name, object? Value)> Describe(object options) => PropertiesOf(options).Select(p => (Camel(p.Name), p.GetValue(options)));

    static PropertyInfo[] PropertiesOf(object options) => [.. options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite)];

    static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
