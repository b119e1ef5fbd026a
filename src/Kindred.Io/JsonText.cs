using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Kindred.Io;

/// <summary>Reads JSON that a person, another program or a failing disk may have spoilt: what is wrong is said with the file, the place in it, what stands there and what was expected.</summary>
/// <remarks>
/// The one place that JSON of a file goes through. A key that stands twice, one that is missing, and a value of the wrong kind are refused before anything is made of
/// the text; a key that nothing asks for is left alone, since later versions may write more.
/// </remarks>
public static class JsonText
{
    const int Shown = 40;

    /// <summary>Reads a whole text.</summary>
    /// <typeparam name="T">What it holds: a record whose constructor says by its parameters what is needed and what may be missing, a list, a dictionary, or <see cref="JsonObject"/>.</typeparam>
    /// <param name="text">UTF-8, with or without a byte-order mark.</param>
    /// <param name="from">Where it comes from, for messages.</param>
    /// <param name="style">How names and numbers are written.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="DataException">It is no JSON, or says something else than was expected.</exception>
    public static T Read<T>(ReadOnlySpan<byte> text, string from, JsonSerializerOptions? style = null) => (T)Read(text, from, typeof(T), style);

    /// <inheritdoc cref="Read{T}(ReadOnlySpan{byte}, string, JsonSerializerOptions?)"/>
    public static T Read<T>(string text, string from, JsonSerializerOptions? style = null) =>
        (T)Read(Encoding.UTF8.GetBytes(text ?? throw new ArgumentNullException(nameof(text))), from, typeof(T), style);

    static object Read(ReadOnlySpan<byte> text, string from, Type type, JsonSerializerOptions? style)
    {
        if (text is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) throw new DataException($"{from}: UTF-16, and JSON in UTF-8 was expected. Convert it, for example with: iconv -f utf-16 -t utf-8.");
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        style ??= JsonSerializerOptions.Default;
        style.MakeReadOnly(populateMissingResolver: true);
        using var document = Parse(text.ToArray(), from);
        Look(document.RootElement, style.GetTypeInfo(type), style, new(from, null, null));
        try
        {
            // A tree or an element outlives the document that it was read from.
            return type == typeof(JsonElement) ? document.RootElement.Clone()
                : document.RootElement.Deserialize(type, style) ?? throw new DataException($"{from} is null, and {Expected(type, style)} was expected.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or FormatException or NotSupportedException)
        {
            throw new DataException($"{from} does not say what was expected of it{At(e)}.", e);
        }
    }

    /// <summary>Reads a whole file.</summary>
    /// <inheritdoc cref="Read{T}(ReadOnlySpan{byte}, string, JsonSerializerOptions?)"/>
    public static T ReadFile<T>(string from, JsonSerializerOptions? style = null) => Read<T>(RegularFile.ReadAllBytes(from, RegularFile.SmallLimit), from, style);

    /// <summary>A value of an object whose keys are not all known beforehand.</summary>
    /// <typeparam name="T">Text, a number, true or false.</typeparam>
    /// <param name="of">The object.</param>
    /// <param name="key">The key.</param>
    /// <param name="from">Where it comes from, for messages.</param>
    /// <returns>The value; <paramref name="missing"/> where there is none.</returns>
    /// <param name="missing">What is given where the key is missing or null.</param>
    /// <exception cref="DataException">The value is of another kind.</exception>
    public static T Value<T>(JsonObject of, string key, string from, T missing)
    {
        ArgumentNullException.ThrowIfNull(of);
        return of[key] switch
        {
            null => missing,
            JsonValue value when value.TryGetValue<T>(out var found) => found,
            var other => throw new DataException($"{from}: '{key}' is {Cut(other.ToJsonString())}, and {Expected(typeof(T))} was expected."),
        };
    }

    static JsonDocument Parse(byte[] text, string from)
    {
        if (!Utf8.IsValid(text))
        {
            var wrong = Wrong(text);
            throw new DataException($"{from}, line {1 + text.AsSpan(0, wrong).Count((byte)'\n')}: byte {wrong} is no UTF-8, and JSON is. "
                + "Convert the file, for example with: iconv -f latin1 -t utf-8.");
        }
        if (text.AsSpan().IndexOfAnyExcept(" \t\r\n"u8) < 0) throw new DataException($"{from} is empty, and JSON was expected.");
        try { return JsonDocument.Parse(text); }
        catch (JsonException e)
        {
            throw new DataException($"{from}, line {1 + (e.LineNumber ?? 0)}, byte {1 + (e.BytePositionInLine ?? 0)} of the line: this is no JSON. {Reason(e)}", e);
        }
    }

    // What the parser says ends in its own words for the place.
    static string Reason(JsonException e) => e.Message.Split(" LineNumber:")[0].Split(" Path:")[0].Replace(", when isFinalBlock is true", "", StringComparison.Ordinal)
        .Replace(" which is not supported in this mode. Change the reader options.", ".", StringComparison.Ordinal).Replace(" that is not supported in this mode.", ".", StringComparison.Ordinal);

    static string At(Exception e) => e is JsonException { Path: { Length: > 2 } path } ? $" at {path[2..]}" : "";

    static int Wrong(ReadOnlySpan<byte> text)
    {
        var at = 0;
        while (at < text.Length && Rune.DecodeFromUtf8(text[at..], out _, out var used) == OperationStatus.Done) at += used;
        return at;
    }

    static void Look(JsonElement element, JsonTypeInfo expected, JsonSerializerOptions style, Place place)
    {
        switch (expected.Kind)
        {
            case JsonTypeInfoKind.Object:
                Require(element, JsonValueKind.Object, "an object", place);
                Members(element, expected, style, place);
                break;
            case JsonTypeInfoKind.Enumerable:
                Require(element, JsonValueKind.Array, "a list", place);
                foreach (var (i, item) in element.EnumerateArray().Index()) Item(item, expected.ElementType, style, new(place.File, place, i));
                break;
            case JsonTypeInfoKind.Dictionary:
                Require(element, JsonValueKind.Object, "an object", place);
                Unique(element, place, deep: false);
                foreach (var property in element.EnumerateObject()) Item(property.Value, expected.ElementType, style, new(place.File, place, property.Name));
                break;
            default:
                Unique(element, place, deep: true);
                try { _ = element.Deserialize(expected); }
                catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NotSupportedException)
                {
                    throw Other(element, Expected(expected.Type, style), place, e);
                }
                break;
        }
    }

    static void Item(JsonElement item, Type? type, JsonSerializerOptions style, Place place)
    {
        if (type is null || (item.ValueKind == JsonValueKind.Null && (type == typeof(object) || typeof(JsonNode).IsAssignableFrom(type) || Nullable.GetUnderlyingType(type) is not null))) return;
        if (item.ValueKind == JsonValueKind.Null) throw Other(item, Expected(type, style), place);
        Look(item, style.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type), style, place);
    }

    static void Members(JsonElement element, JsonTypeInfo expected, JsonSerializerOptions style, Place place)
    {
        Unique(element, place, deep: false);
        foreach (var member in expected.Properties)
        {
            var needed = Nullable.GetUnderlyingType(member.PropertyType) is null
                && (member.IsRequired || (member.AssociatedParameter is { HasDefaultValue: false } parameter && !parameter.IsNullable));
            Place at = new(place.File, place, member.Name);
            if (!element.TryGetProperty(member.Name, out var value))
            {
                if (needed) throw new DataException($"{place} lacks '{member.Name}', which is {Expected(member.PropertyType, style)}.");
            }
            else if (value.ValueKind != JsonValueKind.Null) Look(value, style.GetTypeInfo(Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType), style, at);
            else if (needed || (member.PropertyType.IsValueType && Nullable.GetUnderlyingType(member.PropertyType) is null)) throw Other(value, Expected(member.PropertyType, style), at);
        }
    }

    static void Unique(JsonElement element, Place place, bool deep)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var property in element.EnumerateObject())
            {
                if (!seen.Add(Name(property, place))) throw new DataException($"{place}: the key '{Cut(property.Name)}' stands there twice.");
                if (deep) Unique(property.Value, new(place.File, place, property.Name), deep);
            }
        }
        else if (deep && element.ValueKind == JsonValueKind.Array)
        {
            foreach (var (i, item) in element.EnumerateArray().Index()) Unique(item, new(place.File, place, i), deep);
        }
    }

    // A name may be half a character: \ud800 alone.
    static string Name(JsonProperty property, Place place)
    {
        try { return property.Name; }
        catch (InvalidOperationException e) { throw new DataException($"{place}: a key holds half a character.", e); }
    }

    static void Require(JsonElement element, JsonValueKind kind, string expected, Place place)
    {
        if (element.ValueKind != kind) throw Other(element, expected, place);
    }

    static DataException Other(JsonElement element, string expected, Place place, Exception? inner = null) => new($"{place} is {Said(element)}, and {expected} was expected.", inner);

    static string Said(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => $"a list of {element.GetArrayLength()}",
        _ => Cut(element.GetRawText()),
    };

    static string Cut(string text) => text.Length <= Shown ? text : $"{text[..Shown]}…";

    static string Expected(Type type, JsonSerializerOptions? style = null)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            return style is null ? "one of a few words"
                : $"one of {string.Join(", ", Enum.GetValuesAsUnderlyingType(type).Cast<object>().Select(v => JsonSerializer.Serialize(Enum.ToObject(type, v), type, style).Trim('"')))}";
        if (type == typeof(JsonObject)) return "an object";
        if (type == typeof(string)) return "a text";
        if (type == typeof(bool)) return "true or false";
        if (type == typeof(float) || type == typeof(double)) return "a number";
        if (type == typeof(DateTimeOffset) || type == typeof(DateTime)) return "a date and time such as 2025-01-31T12:00:00+00:00";
        if (type == typeof(int) || type == typeof(long)) return "a whole number";
        if (type == typeof(uint) || type == typeof(ulong)) return "a whole number from 0 on";
        return style?.GetTypeInfo(type).Kind switch { JsonTypeInfoKind.Enumerable => "a list", JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "an object", _ => "another value" };
    }

    // Where a value stands, told only where it is needed: the file, and the keys and numbers that lead there.
    sealed record Place(string File, Place? Above, object? Step)
    {
        public override string ToString() => Above is null ? File : $"{File}: {Path()}";

        string Path()
        {
            var steps = new Stack<object>();
            for (var at = this; at.Step is { } step; at = at.Above!) steps.Push(step);
            return string.Concat(steps.Select((step, i) => step is int number ? $"[{number}]" : i == 0 ? $"'{Cut((string)step)}'" : $".'{Cut((string)step)}'"));
        }
    }
}
