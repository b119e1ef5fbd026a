using System.Collections;
using System.Reflection;

namespace Kindred.Experiments.Recipes;

/// <summary>The parts of one kind by name: encoders, optimizers, view operations, evaluations …</summary>
/// <remarks>
/// A recipe names a part as <c>flip</c>, <c>{ name: crop, size: 32 }</c> or <c>{ crop: { size: 32 } }</c>; all other keys are options.
/// Parts are found by their attribute, here and in plug-ins.
/// </remarks>
public abstract class Catalogue
{
    private protected Catalogue(string kind, Type part) => (Kind, PartType) = (kind, part);

    /// <summary>What one is called in messages, such as <c>encoder</c>.</summary>
    public string Kind { get; }

    /// <summary>What every part of this kind is.</summary>
    public Type PartType { get; }

    /// <summary>All parts, sorted by name.</summary>
    public abstract IReadOnlyList<IPart> Parts { get; }

    /// <summary>The names, sorted.</summary>
    public IEnumerable<string> Names => Parts.Select(p => p.Attribute.Name);

    /// <summary>The part and the options that a node names; what the part's preset says stands under them.</summary>
    /// <param name="node">A name, or a map with a name and options.</param>
    /// <param name="path">Where it stands, for messages.</param>
    /// <exception cref="ConfigurationException">There is no such part; the message suggests one.</exception>
    public (IPart Part, RecipeMap? Options) Read(RecipeNode node, string path)
    {
        ArgumentNullException.ThrowIfNull(node);
        var (name, options) = NameIn(node, path);
        var part = Parts.FirstOrDefault(p => p.Attribute.Name == name.Text) ?? throw Blamed(node, name).Error(path, Missing(name.Text));
        if (options is not (null or RecipeMap)) throw options.Error(path, $"a map with options of {part.Attribute.Name} was expected, this is {options.Kind}");
        if (part.Options is null && options is RecipeMap { Entries: [var (key, value), ..] }) throw value.Error(Binder.Join(path, key), $"the {Kind} {part.Attribute.Name} has no options");
        return (part, Registry.OverPreset(part.Attribute, (RecipeMap?)options));
    }

    /// <summary>Where the options of the part that a node names stand: <c>views.0.of.2.jitter</c> where it was written <c>{ jitter: { … } }</c>.</summary>
    public static string PathOf(RecipeNode node, string path) => node is RecipeMap { Entries: [var (key, _)] } map && map["name"] is null ? Binder.Join(path, key) : path;

    /// <summary>The options of the part that a node names.</summary>
    /// <param name="node">A name, or a map with a name and options.</param>
    /// <param name="path">Where it stands, for messages.</param>
    /// <param name="binder">Reads them.</param>
    /// <returns>Its record of options; null for a part without any.</returns>
    /// <exception cref="ConfigurationException">The name or an option is unknown, or an option wrong.</exception>
    public object? Bind(RecipeNode node, string path, Binder binder)
    {
        ArgumentNullException.ThrowIfNull(binder);
        var (part, options) = Read(node, path);
        return part.Options is { } type ? binder.Bind(type, options, PathOf(node, path)) : null;
    }

    /// <summary>The node with every option that holds, defaults and preset included, and its name first.</summary>
    /// <param name="node">A name, or a map with a name and options.</param>
    /// <param name="path">Where it stands, for messages.</param>
    /// <param name="binder">Reads the options.</param>
    /// <returns>A node that makes the same part, whatever the defaults become.</returns>
    /// <exception cref="ConfigurationException">The name or an option is unknown, or an option wrong.</exception>
    public RecipeMap Resolve(RecipeNode node, string path, Binder binder)
    {
        var (name, _) = NameIn(node, path);
        return new([new("name", name), .. Bind(node, path, binder) is { } options ? OptionInfo.Write(options).Entries : []], node.Place);
    }

    /// <summary>Looks for parts; nothing changes before what comes back is called.</summary>
    internal abstract Action Looked(IReadOnlyList<Assembly> assemblies);

    /// <summary>What a message says of a name that is not known.</summary>
    protected string Missing(string name) => $"there is no {Kind} '{name}'{Suggest.Nearest(name, Names)}; there are {string.Join(", ", Names)}";

    // In { crop: { … } } the name is a key, and what is written there is the map.
    static RecipeNode Blamed(RecipeNode node, RecipeScalar name) => node is RecipeMap map && map["name"] is null ? node : name;

    (RecipeScalar Name, RecipeNode? Options) NameIn(RecipeNode node, string path) => node switch
    {
        RecipeScalar { IsNull: false } name => (name, null),
        RecipeMap map when map["name"] is RecipeScalar { IsNull: false } name => (name, map.With("name", null)),
        RecipeMap { Entries: [var (key, options)] } map => (new(key, false, map.Place), options.IsNull ? null : options),
        _ => throw node.Error(path, $"the name of {("aeiou".Contains(Kind[0], StringComparison.Ordinal) ? "an" : "a")} {Kind} was expected ({Suggest.Some(Names)}), this is {node.Kind}"),
    };
}

/// <summary>The parts of one kind, with the attribute that registers them.</summary>
/// <typeparam name="TAttribute">The attribute.</typeparam>
public sealed class Catalogue<TAttribute> : Catalogue, IReadOnlyCollection<Part<TAttribute>> where TAttribute : PartAttribute
{
    IReadOnlyDictionary<string, Part<TAttribute>>? found;

    internal Catalogue(string kind, Type part) : base(kind, part)
    {
    }

    /// <summary>All parts by name.</summary>
    public IReadOnlyDictionary<string, Part<TAttribute>> All => found ??= Registry.Find<TAttribute>(PartType, [.. Catalogues.Assemblies]);

    /// <inheritdoc/>
    public override IReadOnlyList<IPart> Parts => [.. All.Values];

    /// <inheritdoc/>
    public int Count => All.Count;

    /// <summary>The part of a name.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ConfigurationException">There is none; the message suggests one.</exception>
    public Part<TAttribute> Find(string name) => All.TryGetValue(name, out var part) ? part : throw new ConfigurationException($"{Missing(name)}.");

    internal override Action Looked(IReadOnlyList<Assembly> assemblies)
    {
        var more = Registry.Find<TAttribute>(PartType, [.. assemblies]);
        return () => found = more;
    }

    /// <inheritdoc/>
    public IEnumerator<Part<TAttribute>> GetEnumerator() => All.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
