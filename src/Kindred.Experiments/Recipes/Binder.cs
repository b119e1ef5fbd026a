using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Kindred.Experiments.Recipes;

/// <summary>Builds options records from recipe nodes: the record's constructor says which keys exist, of what type, with what default.</summary>
/// <remarks>
/// Keys are the parameter names in camel case. What a parameter accepts is its <see cref="OptionRule"/>; a number in a list is held to it by itself.
/// Known types: whole numbers, doubles, bool, string, enums, their nullable forms, <c>T[]</c>, <c>IReadOnlyList&lt;T&gt;</c>,
/// <c>IReadOnlyDictionary&lt;string, T&gt;</c>, pairs, records of all these, <see cref="IParsable{TSelf}"/>, <see cref="RecipeNode"/> (left for later) and what <c>With</c> adds.
/// </remarks>
public sealed class Binder
{
    readonly Dictionary<Type, Func<RecipeNode, string, OptionRule?, object?>> readers;

    /// <summary>A binder of the known types.</summary>
    public Binder() => readers = [];

    Binder(Dictionary<Type, Func<RecipeNode, string, OptionRule?, object?>> readers) => this.readers = readers;

    /// <summary>A binder that also reads another type.</summary>
    /// <typeparam name="T">The type, such as a schedule.</typeparam>
    /// <param name="read">Makes one from a node; the second argument is the dotted path, for messages.</param>
    /// <returns>Another binder.</returns>
    public Binder With<T>(Func<RecipeNode, string, T> read) => With((node, path, _) => read(node, path));

    internal Binder With<T>(Func<RecipeNode, string, OptionRule?, T> read) => new(new(readers) { [typeof(T)] = (node, path, rule) => read(node, path, rule) });

    /// <summary>Builds a record.</summary>
    /// <typeparam name="T">An options record.</typeparam>
    /// <param name="node">A map of its parameters; null for all defaults.</param>
    /// <param name="path">Where the node stands, for messages, such as <c>options</c>.</param>
    /// <returns>The record.</returns>
    /// <exception cref="ConfigurationException">A key is unknown, a value missing, of another type or out of range.</exception>
    public T Bind<T>(RecipeNode? node, string path = "") => (T)Bind(typeof(T), node, path)!;

    /// <summary>Builds a value of a type that is known only at run time.</summary>
    /// <param name="type">The type.</param>
    /// <param name="node">Its node; null for a record of all defaults.</param>
    /// <param name="path">Where the node stands, for messages.</param>
    /// <returns>The value; null only where the type is nullable and the node says null.</returns>
    /// <exception cref="ConfigurationException">A key is unknown, a value missing, of another type or out of range.</exception>
    public object? Bind(Type type, RecipeNode? node, string path) => Bind(type, node, path, null);

    object? Bind(Type type, RecipeNode? node, string path, OptionRule? rule)
    {
        node ??= new RecipeMap([], RecipePlace.Default);

        if (type.IsInstanceOfType(node))
            return node;

        if (readers.TryGetValue(type, out var read))
            return Checked(read(node, path, rule), node, path, rule);

        if (Nullable.GetUnderlyingType(type) is { } inner)
            return node.IsNull ? null : Bind(inner, node, path, rule);

        if (ScalarReader.For(type) is { } scalar)
            return Checked(scalar.Read(node, path, rule), node, path, rule);

        return ElementOf(type) is { } element ? Checked(BindList(element, node, path, rule), node, path, rule)
            : ValueOf(type) is { } of ? BindDictionary(of, node, path, rule)
            : IsPair(type) ? BindPair(type, node, path, rule)
            : BindRecord(type, node, path);
    }

    // After each number of a list was checked by itself, what is left to refuse is the order of an interval.
    static object? Checked(object? value, RecipeNode node, string path, OptionRule? rule) =>
        rule?.Fault(value, (node as RecipeScalar)?.Kind) is { } fault ? throw node.Error(path, fault) : value;

    Array BindList(Type element, RecipeNode node, string path, OptionRule? rule)
    {
        // One value stands for a list of one, as everywhere in the field's recipes.
        var items = node is RecipeList list ? list.Items : [node];
        var array = Array.CreateInstance(element, items.Count);

        for (var i = 0; i < items.Count; i++)
            array.SetValue(Bind(element, items[i], string.Create(CultureInfo.InvariantCulture, $"{path}.{i}"), rule), i);

        return array;
    }

    IDictionary BindDictionary(Type of, RecipeNode node, string path, OptionRule? rule)
    {
        if (node is not RecipeMap map)
            throw node.Error(path, $"a map was expected, this is {node.Kind}");

        var dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), of))!;

        foreach (var (key, value) in map.Entries)
            dictionary[key] = Bind(of, value, Join(path, key), rule);

        return dictionary;
    }

    object BindPair(Type type, RecipeNode node, string path, OptionRule? rule)
    {
        if (node is not RecipeList { Items: [var first, var second] })
            throw node.Error(path, $"two values in brackets were expected, this is {node.Kind}");

        var types = type.GetGenericArguments();
        return Activator.CreateInstance(type, Bind(types[0], first, $"{path}.0", rule), Bind(types[1], second, $"{path}.1", rule))!;
    }

    object BindRecord(Type type, RecipeNode node, string path)
    {
        var constructor = OptionInfo.Constructor(type);
        var options = OptionInfo.Of(type);

        if (node is not RecipeMap map)
            throw node.Error(path, $"a map with {Suggest.Some(options.Select(o => o.Name))} was expected, this is {node.Kind}");

        foreach (var (key, value) in map.Entries)
        {
            if (options.All(o => o.Name != key))
                throw Unknown(type, options, key, value, path);
        }

        var arguments = options.Select(o => Argument(type, o, map, path)).ToArray();

        try
        {
            return constructor.Invoke(arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException or KindredException)
        {
            // What a record checks of its own values in its constructor.
            throw node.Error(path, e.InnerException.Message);
        }
    }

    object? Argument(Type type, OptionInfo option, RecipeMap map, string path)
    {
        var here = Join(path, option.Name);

        if (map[option.Name] is not { IsNull: false } node)
        {
            return option.IsRequired
                ? throw map.Error(here, $"{Owner(type)} needs this value, and it has no default")
                : option.Default;
        }

        return Bind(option.Type, node, here, option.Rule);
    }

    static ConfigurationException Unknown(Type type, IReadOnlyList<OptionInfo> options, string key, RecipeNode value, string path)
    {
        var names = options.Select(o => o.Name).ToArray();
        return value.Error(Join(path, key), $"{Owner(type)} has no such option{Suggest.Nearest(key, names)}; it has {string.Join(", ", names)}");
    }

    static string Owner(Type type) => type == typeof(RecipeFile) ? "a recipe" : OptionRules.Owner(type);

    internal static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    internal static Type? ElementOf(Type type) => type.IsArray ? type.GetElementType()
        : type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) || type.GetGenericTypeDefinition() == typeof(IEnumerable<>)) ? type.GetGenericArguments()[0] : null;

    internal static Type? ValueOf(Type type) =>
        type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) || type.GetGenericTypeDefinition() == typeof(Dictionary<,>))
            && type.GetGenericArguments()[0] == typeof(string)
            ? type.GetGenericArguments()[1] : null;

    internal static bool IsPair(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTuple<,>);
}
