using System.Collections.Concurrent;
using System.Reflection;

namespace Kindred.Nn;

/// <summary>Finds the state of a module by looking at its fields, once per type.</summary>
static class Fields
{
    static readonly ConcurrentDictionary<Type, (string Name, FieldInfo Field)[]> Known = new();

    /// <summary>The fields of a type that may hold state: inherited ones first, each class in the order of its source.</summary>
    public static (string Name, FieldInfo Field)[] Of(Type type) => Known.GetOrAdd(type, Find);

    /// <summary>Every state below a module with its path, shared ones once.</summary>
    public static IEnumerable<(string Path, State State)> Walk(Module root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance) { root };
        return Walk(root, "", seen);
    }

    /// <summary>A module and all those below it, each once.</summary>
    public static IEnumerable<Module> Modules(Module root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance) { root };
        var open = new Stack<Module>([root]);
        while (open.TryPop(out var module))
        {
            yield return module;
            foreach (var (_, value) in Values(module).Reverse())
                if (value is Module child && seen.Add(child))
                    open.Push(child);
        }
    }

    static IEnumerable<(string, State)> Walk(Module module, string prefix, HashSet<object> seen)
    {
        foreach (var (name, value) in Values(module))
        {
            if (!seen.Add(value))
                continue;
            if (value is State state)
                yield return (prefix + name, state);
            else if (value is Module child)
                foreach (var entry in Walk(child, prefix + name + ".", seen))
                    yield return entry;
        }
    }

    static IEnumerable<(string Name, object Value)> Values(Module module)
    {
        foreach (var (name, field) in Of(module.GetType()))
        {
            var value = field.GetValue(module);
            if (value is State or Module)
                yield return (name, value);
            else if (value is Array array)
                for (int i = 0; i < array.Length; i++)
                    if (array.GetValue(i) is State or Module)
                        yield return ($"{name}.{i}", array.GetValue(i)!);
        }
    }

    static (string, FieldInfo)[] Find(Type type)
    {
        var found = new List<(string, FieldInfo)>();
        if (type.BaseType is { } parent && parent != typeof(object))
            found.AddRange(Of(parent));
        var own = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
        foreach (var field in own.OrderBy(field => field.MetadataToken))
            if (MayHoldState(field.FieldType))
                found.Add((NameOf(field), field));
        return [.. found];
    }

    static bool MayHoldState(Type type)
    {
        if (type.IsArray)
            return type.GetArrayRank() == 1 && MayHoldState(type.GetElementType()!);
        // A field typed by an interface counts when what it holds is a module.
        return type.IsAssignableTo(typeof(Module)) || type.IsAssignableTo(typeof(State)) || type.IsInterface;
    }

    /// <summary>The written name of a field: auto-properties and captured constructor parameters hide theirs in brackets.</summary>
    static string NameOf(FieldInfo field)
    {
        var name = field.Name;
        if (name[0] == '<')
            name = name[1..name.IndexOf('>')];
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
