using System.Reflection;

namespace Kindred.Experiments.Recipes;

/// <summary>Every method that a class registers with <see cref="MethodAttribute"/>, here or in a plug-in.</summary>
public static class MethodCatalog
{
    static readonly List<Assembly> assemblies = [typeof(Method).Assembly];
    static IReadOnlyDictionary<string, (MethodAttribute Attribute, Type Type)>? found;

    /// <summary>Adds the methods of another assembly.</summary>
    public static void AddPlugin(Assembly assembly)
    {
        assemblies.Add(assembly);
        found = null;
    }

    /// <summary>All methods by name.</summary>
    public static IReadOnlyDictionary<string, (MethodAttribute Attribute, Type Type)> All =>
        found ??= Registry.Find<MethodAttribute>(a => a.Name, [.. assemblies]);

    /// <summary>The method of a name.</summary>
    /// <exception cref="ConfigurationException">There is none; the message suggests one.</exception>
    public static (MethodAttribute Attribute, Type Type) Find(string name) => All.TryGetValue(name, out var entry) ? entry
        : throw new ConfigurationException($"there is no method '{name}'{Suggest.Nearest(name, All.Keys)}; there are {string.Join(", ", All.Keys)}.");
}
