using System.Text;
using System.Text.Json;

namespace Kindred.Io;

/// <summary>The checked header of a safetensors file.</summary>
sealed class SafeTensorsHeader
{
    readonly string path;
    readonly long start;
    readonly long end;
    readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);
    readonly List<ArrayEntry> entries = [];

    SafeTensorsHeader(string path, long start, long end)
    {
        this.path = path;
        this.start = start;
        this.end = end;
    }

    public IReadOnlyDictionary<string, string> Metadata => metadata;

    public IReadOnlyList<ArrayEntry> Entries => entries;

    /// <param name="path">For messages.</param>
    /// <param name="header">The JSON.</param>
    /// <param name="start">First byte of the data in the file.</param>
    /// <param name="end">Length of the file.</param>
    public static SafeTensorsHeader Parse(string path, ReadOnlySpan<byte> header, long start, long end)
    {
        if (header.Length == 0 || header[0] != (byte)'{')
            throw new DataException($"{path} is not a safetensors file: its header does not begin with '{{'.");

        var parsed = new SafeTensorsHeader(path, start, end);

        try
        {
            parsed.ReadObject(new(header, new() { MaxDepth = 8 }));
        }
        catch (JsonException e)
        {
            throw new DataException($"{path} is not a safetensors file: its header is not valid JSON at byte {8 + e.BytePositionInLine}: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // What the reader throws for strings that are not UTF-8.
            throw new DataException($"{path} is not a safetensors file: its header holds a string that is not UTF-8, or a value of the wrong kind.", e);
        }

        parsed.CheckCover();
        return parsed;
    }

    void ReadObject(Utf8JsonReader json)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        json.Read();

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var key = Key(ref json, keys, "the header");

            if (key == SafeTensors.MetadataKey)
                ReadMetadata(ref json);
            else
                entries.Add(ReadEntry(key, ref json));
        }

        // Anything but white space after the closing brace is an error that this call raises.
        json.Read();
    }

    string Key(ref Utf8JsonReader json, HashSet<string> seen, string where)
    {
        var key = json.GetString()!;

        if (!seen.Add(key))
            throw Broken($"the key '{key}' stands twice in {where}");

        json.Read();
        return key;
    }

    void ReadMetadata(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
            throw Broken("__metadata__ is not an object");

        var keys = new HashSet<string>(StringComparer.Ordinal);

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var key = Key(ref json, keys, "__metadata__");
            metadata[key] = json.TokenType == JsonTokenType.String ? json.GetString()! : throw Broken($"__metadata__['{key}'] is not a string");
        }
    }

    ArrayEntry ReadEntry(string name, ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
            throw Broken($"'{name}' is not an object");

        string? dtype = null;
        long[]? shape = null, offsets = null;
        var keys = new HashSet<string>(StringComparer.Ordinal);

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            switch (Key(ref json, keys, $"'{name}'"))
            {
                case "dtype":
                    dtype = json.TokenType == JsonTokenType.String ? json.GetString() : throw Broken($"the dtype of '{name}' is not a string");
                    break;
                case "shape":
                    shape = Numbers(name, "shape", ref json);
                    break;
                case "data_offsets":
                    offsets = Numbers(name, "data_offsets", ref json);
                    break;
                case var other:
                    throw Broken($"'{name}' has the unknown key '{other}'");
            }
        }

        return Entry(name, dtype ?? throw Broken($"'{name}' has no dtype"), shape ?? throw Broken($"'{name}' has no shape"), offsets);
    }

    long[] Numbers(string name, string key, ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw Broken($"the {key} of '{name}' is not a list");

        var numbers = new List<long>();

        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out var number) || number < 0)
                throw Broken($"the {key} of '{name}' holds something else than whole numbers from 0 to 2⁶³−1");

            numbers.Add(number);
        }

        return [.. numbers];
    }

    ArrayEntry Entry(string name, string dtype, long[] shape, long[]? offsets)
    {
        var type = SafeTensors.TypeOf(dtype) ?? throw Broken($"'{name}' has the element type '{dtype}', which is not known here");

        if (offsets is not [var from, var to])
            throw Broken($"'{name}' needs two data_offsets");

        if (!ElementTypes.TryCount(shape, out var count) || count > long.MaxValue / type.Size())
            throw Broken($"the shape of '{name}', [{string.Join(", ", shape)}], overflows");

        if (to < from || to > end - start)
            throw Broken($"'{name}' claims the bytes {from} to {to} of {end - start}");

        if (to - from != count * type.Size())
            throw Broken($"'{name}' is {dtype} [{string.Join(", ", shape)}], which takes {count * type.Size()} bytes, but has {to - from}");

        return new(name, type, shape, start + from, to - from);
    }

    void CheckCover()
    {
        entries.Sort((a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Bytes.CompareTo(b.Bytes));
        var at = start;

        foreach (var entry in entries)
        {
            if (entry.Offset != at)
                throw Broken($"'{entry.Name}' begins at byte {entry.Offset - start} of the data, but the one before it ends at {at - start}: "
                    + $"{(entry.Offset < at ? "they overlap" : "there is a hole")}");

            at += entry.Bytes;
        }

        if (at != end)
            throw Broken($"the arrays end at byte {at} of {end}: the rest belongs to nothing");
    }

    DataException Broken(string what) => new($"{path} is not a valid safetensors file: {what}.");
}
