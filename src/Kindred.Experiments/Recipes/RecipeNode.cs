using System.Diagnostics.CodeAnalysis;

namespace Kindred.Experiments.Recipes;

/// <summary>A value in a recipe that nobody has given a type yet: a scalar, a list or a map. Immutable.</summary>
/// <param name="place">Where it was written.</param>
public abstract class RecipeNode(RecipePlace place)
{
    /// <summary>Where it was written.</summary>
    public RecipePlace Place { get; } = place;

    /// <summary>Nodes in it, itself included, aliases counted as often as they are used.</summary>
    public abstract long Size { get; }

    /// <summary>Whether it says <c>null</c>, which means: as if it were not written.</summary>
    public virtual bool IsNull => false;

    /// <summary>What it is, for messages.</summary>
    public abstract string Kind { get; }

    /// <summary>An error about this value.</summary>
    /// <param name="path">Its dotted path.</param>
    /// <param name="what">What came, what was expected, what to do.</param>
    /// <returns>The error to throw.</returns>
    public ConfigurationException Error(string path, string what)
    {
        var error = new ConfigurationException($"{(path.Length == 0 ? "recipe" : path)}: {what} ({Place})");
        error.Data[RecipeFault.Key] = new RecipeFault(path, what, this);
        return error;
    }

    /// <summary>A value under a dotted path, such as <c>train.optimizer.lr</c> or <c>views.0.count</c>.</summary>
    /// <param name="path">The path.</param>
    /// <param name="node">The value.</param>
    /// <returns>False when the path leads nowhere or to null.</returns>
    public bool TryGet(string path, [NotNullWhen(true)] out RecipeNode? node)
    {
        node = this;

        foreach (var key in path.Split('.'))
        {
            node = node switch
            {
                RecipeMap map => map[key],
                RecipeList list when int.TryParse(key, out var i) && i >= 0 && i < list.Items.Count => list.Items[i],
                _ => null,
            };
        }

        return node is { IsNull: false };
    }

    /// <summary>This as YAML, always the same for the same content.</summary>
    /// <returns>Lines that end with a line feed.</returns>
    public override string ToString() => RecipeWriter.Write(this);
}

/// <summary>A word, number or text.</summary>
/// <param name="text">As it was written, without quotes.</param>
/// <param name="quoted">Whether it stood in quotes (or a block), which makes it a text whatever it looks like.</param>
/// <param name="place">Where it was written.</param>
public sealed class RecipeScalar(string text, bool quoted, RecipePlace place) : RecipeNode(place)
{
    /// <summary>As it was written, without quotes.</summary>
    public string Text { get; } = text;

    /// <summary>Whether it stood in quotes, which makes it a text whatever it looks like.</summary>
    public bool Quoted { get; } = quoted;

    /// <inheritdoc/>
    public override long Size => 1;

    /// <inheritdoc/>
    public override bool IsNull => !Quoted && (Text is "" or "~" or "null");

    /// <inheritdoc/>
    public override string Kind => Quoted ? $"the text \"{Short}\"" : $"'{Short}'";

    string Short => Text.Length <= 40 ? Text : $"{Text[..40]}…";
}

/// <summary>Values in order.</summary>
/// <param name="items">The values.</param>
/// <param name="place">Where it was written.</param>
public sealed class RecipeList(IReadOnlyList<RecipeNode> items, RecipePlace place) : RecipeNode(place)
{
    /// <summary>The values.</summary>
    public IReadOnlyList<RecipeNode> Items { get; } = items;

    /// <inheritdoc/>
    public override long Size { get; } = 1 + items.Sum(i => i.Size);

    /// <inheritdoc/>
    public override string Kind => $"a list of {Items.Count}";
}

/// <summary>Values by name, in the order in which they were written.</summary>
/// <param name="entries">The names, each once, and their values.</param>
/// <param name="place">Where it was written.</param>
public sealed class RecipeMap(IReadOnlyList<KeyValuePair<string, RecipeNode>> entries, RecipePlace place) : RecipeNode(place)
{
    readonly Dictionary<string, RecipeNode> byName = entries.ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal);

    /// <summary>The names and their values.</summary>
    public IReadOnlyList<KeyValuePair<string, RecipeNode>> Entries { get; } = entries;

    /// <summary>The names.</summary>
    public IEnumerable<string> Keys => Entries.Select(e => e.Key);

    /// <inheritdoc/>
    public override long Size { get; } = 1 + entries.Sum(e => 1 + e.Value.Size);

    /// <inheritdoc/>
    public override string Kind => Entries.Count == 0 ? "an empty map" : $"a map with {Suggest.Some(Keys)}";

    /// <summary>The value of a name, or null when it is not there.</summary>
    /// <param name="key">The name.</param>
    public RecipeNode? this[string key] => byName.GetValueOrDefault(key);

    /// <summary>This with one value put in, replaced, or (for a null value) taken out.</summary>
    /// <param name="key">The name.</param>
    /// <param name="value">The value, or null to take it out.</param>
    /// <returns>Another map.</returns>
    public RecipeMap With(string key, RecipeNode? value)
    {
        var entries = Entries.ToList();
        var at = entries.FindIndex(e => e.Key == key);

        if (at >= 0 && value is not null)
            entries[at] = new(key, value);
        else if (at >= 0)
            entries.RemoveAt(at);
        else if (value is not null)
            entries.Add(new(key, value));

        return new(entries, Place);
    }
}
