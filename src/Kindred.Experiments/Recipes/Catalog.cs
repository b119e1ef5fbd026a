using System.Collections;

namespace Kindred.Experiments.Recipes;

/// <summary>One part that a recipe can name.</summary>
/// <typeparam name="T">What the part is.</typeparam>
/// <param name="Name">Its name in recipes.</param>
/// <param name="Description">One sentence.</param>
/// <param name="Options">The record of its options, or null when it has none.</param>
/// <param name="Make">Makes one from its options.</param>
public sealed record CatalogEntry<T>(string Name, string Description, Type? Options, Func<object?, T> Make);

/// <summary>Parts of one kind by name: encoders, augmentations, optimizers, evaluations …</summary>
/// <remarks>
/// A recipe names a part as <c>flip</c>, <c>{ name: crop, size: 32 }</c> or <c>{ crop: { size: 32 } }</c>; all other keys are options.
/// Where a part needs more than options (an optimizer its parameters), <typeparamref name="T"/> is a function that takes them.
/// </remarks>
/// <typeparam name="T">What the parts are.</typeparam>
/// <param name="kind">What one is called in messages, such as <c>encoder</c>.</param>
public sealed class Catalog<T>(string kind) : IReadOnlyCollection<CatalogEntry<T>>
{
    readonly Dictionary<string, CatalogEntry<T>> entries = new(StringComparer.Ordinal);

    /// <summary>What one is called in messages.</summary>
    public string Kind { get; } = kind;

    /// <summary>Parts in all.</summary>
    public int Count => entries.Count;

    /// <summary>The names, sorted.</summary>
    public IEnumerable<string> Names => entries.Keys.Order(StringComparer.Ordinal);

    /// <summary>Adds a part without options.</summary>
    /// <param name="name">Its name in recipes.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="make">Makes one.</param>
    /// <returns>This catalogue.</returns>
    public Catalog<T> Add(string name, string description, Func<T> make) => Add(new CatalogEntry<T>(name, description, null, _ => make()));

    /// <summary>Adds a part with options.</summary>
    /// <typeparam name="TOptions">A record whose constructor says which options there are.</typeparam>
    /// <param name="name">Its name in recipes.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="make">Makes one from its options.</param>
    /// <returns>This catalogue.</returns>
    public Catalog<T> Add<TOptions>(string name, string description, Func<TOptions, T> make) where TOptions : notnull =>
        Add(new CatalogEntry<T>(name, description, typeof(TOptions), options => make((TOptions)options!)));

    /// <summary>Adds a part.</summary>
    /// <param name="entry">The part.</param>
    /// <returns>This catalogue.</returns>
    /// <exception cref="ArgumentException">Another part has that name.</exception>
    public Catalog<T> Add(CatalogEntry<T> entry)
    {
        if (!entries.TryAdd(entry.Name, entry))
            throw new ArgumentException($"there are two {Kind}s called '{entry.Name}'", nameof(entry));

        return this;
    }

    /// <summary>The part of a name.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The part.</returns>
    /// <exception cref="ConfigurationException">There is no such part; the message suggests one.</exception>
    public CatalogEntry<T> Find(string name) => entries.TryGetValue(name, out var entry) ? entry : throw new ConfigurationException(Missing(name));

    /// <summary>Makes the part that a node names, with the options that the node gives.</summary>
    /// <param name="node">A name, or a map with a name and options.</param>
    /// <param name="path">Where it stands, for messages.</param>
    /// <param name="binder">Reads the options; left out, the known types only.</param>
    /// <returns>The part.</returns>
    /// <exception cref="ConfigurationException">The name or an option is unknown, or an option wrong.</exception>
    public T Make(RecipeNode node, string path, Binder? binder = null)
    {
        var (name, options) = Name(node, path);

        if (!entries.TryGetValue(name.Text, out var entry))
            throw name.Error(path, Missing(name.Text));

        if (entry.Options is { } type)
            return entry.Make((binder ?? new()).Bind(type, options, path));

        return options is RecipeMap { Entries: [var (key, value), ..] }
            ? throw value.Error(Binder.Join(path, key), $"the {Kind} {entry.Name} has no options")
            : entry.Make(null);
    }

    /// <summary>The node with every option that holds, defaults included, and its name first.</summary>
    /// <param name="node">A name, or a map with a name and options.</param>
    /// <param name="path">Where it stands, for messages.</param>
    /// <param name="binder">Reads the options; left out, the known types only.</param>
    /// <returns>A node that makes the same part, whatever the defaults become.</returns>
    /// <exception cref="ConfigurationException">The name or an option is unknown, or an option wrong.</exception>
    public RecipeMap Resolve(RecipeNode node, string path, Binder? binder = null)
    {
        var (name, options) = Name(node, path);

        if (!entries.TryGetValue(name.Text, out var entry))
            throw name.Error(path, Missing(name.Text));

        var resolved = entry.Options is { } type ? OptionInfo.Write((binder ?? new()).Bind(type, options, path)!).Entries : [];
        return new([new("name", name), .. resolved], node.Place);
    }

    /// <inheritdoc/>
    public IEnumerator<CatalogEntry<T>> GetEnumerator() => entries.Values.OrderBy(e => e.Name, StringComparer.Ordinal).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    (RecipeScalar Name, RecipeNode? Options) Name(RecipeNode node, string path) => node switch
    {
        RecipeScalar { IsNull: false } name => (name, null),
        RecipeMap map when map["name"] is RecipeScalar name => (name, map.With("name", null)),
        RecipeMap { Entries: [var (key, options)] } map => (new(key, false, map.Place), options.IsNull ? null : options),
        _ => throw node.Error(path, $"the name of {Article} {Kind} was expected ({Suggest.Some(Names)}), this is {node.Kind}"),
    };

    string Article => "aeiou".Contains(Kind[0], StringComparison.Ordinal) ? "an" : "a";

    string Missing(string name) => $"there is no {Kind} '{name}'{Suggest.Nearest(name, Names)}; there are {Suggest.Some(Names)}";
}
