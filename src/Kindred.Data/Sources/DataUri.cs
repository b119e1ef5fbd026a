using System.Globalization;
using System.Text.RegularExpressions;

namespace Kindred.Data.Sources;

/// <summary>Where data comes from, in one string: <c>KIND:PATH?key=value&amp;…</c>, or a plain path whose kind its content tells.</summary>
public sealed partial class DataUri
{
    readonly Dictionary<string, string> query = new(StringComparer.Ordinal);

    DataUri(string text, string place, string kind, string path) => (Text, Place, Kind, Path) = (text, place, kind, path);

    /// <summary>The URI as it was written.</summary>
    public string Text { get; }

    /// <summary>What stands before the query.</summary>
    public string Place { get; }

    /// <summary>What stands before the colon; empty for a plain path.</summary>
    public string Kind { get; }

    /// <summary>What stands behind the colon, without the query.</summary>
    public string Path { get; }

    /// <summary>The keys behind the question mark.</summary>
    public IReadOnlyDictionary<string, string> Query => query;

    /// <summary>Takes a URI apart.</summary>
    /// <param name="text">For example <c>folder:/pictures?split=train</c>, <c>emoji</c>, <c>/pictures</c>.</param>
    /// <exception cref="ConfigurationException">Empty, or a key comes twice or without a value.</exception>
    public static DataUri Parse(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new ConfigurationException("an empty data URI; expected is for example emoji, folder:PATH or tar:PATH");
        var match = QueryPattern().Match(text);
        var place = match.Success ? text[..match.Index] : text;
        var colon = KindPattern().Match(place);
        var uri = colon.Success ? new DataUri(text, place, colon.Groups[1].Value, place[colon.Length..]) : new(text, place, place == "emoji" ? place : "", place == "emoji" ? "" : place);
        foreach (var pair in match.Success ? NextKey().Split(match.Value[1..]) : [])
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals == pair.Length - 1) throw new ConfigurationException($"{text}: '{pair[..equals]}' has no value; give one behind the equals sign, or leave the key out");
            if (!uri.query.TryAdd(pair[..equals], pair[(equals + 1)..]))
                throw new ConfigurationException($"{text}: '{pair[..equals]}' is given twice");
        }
        return uri;
    }

    /// <summary>A key's value, or null.</summary>
    /// <param name="key">For example <c>split</c>.</param>
    public string? this[string key] => query.GetValueOrDefault(key);

    /// <summary>The same place with one key set, replaced, or (for null) left out.</summary>
    /// <param name="key">For example <c>split</c>.</param>
    /// <param name="value">Its value.</param>
    public DataUri With(string key, string? value)
    {
        var pairs = query.Where(q => q.Key != key).Concat(value is null ? [] : [new(key, value)]).Select(q => $"{q.Key}={q.Value}").ToArray();
        return Parse(pairs.Length == 0 ? Place : $"{Place}?{string.Join('&', pairs)}");
    }

    /// <summary>Another place of the same kind, with the same keys.</summary>
    /// <param name="path">What stands behind the colon.</param>
    public DataUri At(string path) => Parse($"{(Kind.Length > 0 ? $"{Kind}:" : "")}{path}{Text[Place.Length..]}");

    /// <summary>A key's value as a number, or null.</summary>
    /// <param name="key">For example <c>fraction</c>.</param>
    /// <exception cref="ConfigurationException">It is no number, or not finite. Commas have no place in one: <c>0,5</c> would be 5.</exception>
    public double? Number(string key)
    {
        if (this[key] is not { } text)
            return null;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw new ConfigurationException($"{Text}: {key}={text}; expected is a number{(text.Contains(',', StringComparison.Ordinal) ? ", whose fraction stands behind a point" : "")}");
    }

    /// <summary>Refuses keys that the source does not know.</summary>
    /// <param name="known">The keys it knows.</param>
    /// <exception cref="ConfigurationException">Another key was given.</exception>
    public void Allow(params string[] known)
    {
        foreach (var key in query.Keys)
        {
            if (!known.Contains(key))
                throw new ConfigurationException($"{Text}: '{key}' is not known here; known are {string.Join(", ", known)}");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    [GeneratedRegex(@"\?[A-Za-z][\w-]*=[^?]*$", RegexOptions.CultureInvariant)]
    private static partial Regex QueryPattern();

    // An & that no key follows belongs to the value before it: only=Animals & Nature.
    [GeneratedRegex(@"&(?=[A-Za-z][\w-]*=)", RegexOptions.CultureInvariant)]
    private static partial Regex NextKey();

    [GeneratedRegex(@"^([a-z][a-z0-9-]+):", RegexOptions.CultureInvariant)]
    private static partial Regex KindPattern();
}
