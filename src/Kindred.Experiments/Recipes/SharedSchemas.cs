using System.Text.Json.Nodes;
using JsonMap = System.Text.Json.Nodes.JsonObject;

namespace Kindred.Experiments.Recipes;

/// <summary>A JSON schema in which what is said several times is said once: each repeated subschema becomes a definition, and a reference stands where it stood.</summary>
/// <remarks>A reference (draft 7) stands for the whole of a subschema, its description and default too, so that nothing of what an editor shows is lost.</remarks>
static class SharedSchemas
{
    // What is shorter is read more easily where it stands.
    const int Least = 50;

    static readonly string[] maps = ["properties", "definitions"], lists = ["anyOf", "allOf"], single = ["items", "additionalProperties", "if", "then", "not"];

    /// <summary>The same schema with its repetitions taken out.</summary>
    /// <param name="schema">A schema with <c>definitions</c>; it is not changed.</param>
    internal static JsonObject Of(JsonObject schema)
    {
        var shared = (JsonMap)schema.DeepClone();
        var (definitions, times) = ((JsonMap)shared["definitions"]!, new Dictionary<string, int>(StringComparer.Ordinal));
        Count(shared, times);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var added = new JsonMap();
        foreach (var place in Places(shared).Where(p => p.Holder != definitions).ToArray()) Replace(place);
        foreach (var place in Places(shared).Where(p => p.Holder == definitions).ToArray()) Inside(place.Schema);
        foreach (var (name, definition) in added.ToArray())
        {
            added.Remove(name);
            definitions[name] = definition;
        }
        return shared;

        void Inside(JsonMap at)
        {
            foreach (var place in Places(at).ToArray()) Replace(place);
        }

        void Replace(Place place)
        {
            var text = place.Schema.ToJsonString();
            if (text.Length < Least || times[text] < 2)
            {
                Inside(place.Schema);
                return;
            }
            if (!names.TryGetValue(text, out var name))
            {
                names[text] = name = Free(place.Name);
                var definition = (JsonMap)place.Schema.DeepClone();
                added[name] = definition;
                Inside(definition);
            }
            place.Put(new JsonMap { ["$ref"] = $"#/definitions/{name}" });
        }

        string Free(string name)
        {
            var free = name;
            for (var i = 2; definitions.ContainsKey(free) || added.ContainsKey(free); i++) free = $"{name}-{i}";
            return free;
        }
    }

    // Repetitions within what is repeated count once.
    static void Count(JsonMap schema, Dictionary<string, int> times)
    {
        foreach (var place in Places(schema))
        {
            var text = place.Schema.ToJsonString();
            if ((times[text] = times.GetValueOrDefault(text) + 1) == 1) Count(place.Schema, times);
        }
    }

    static IEnumerable<Place> Places(JsonMap schema)
    {
        foreach (var key in maps)
            if (schema[key] is JsonMap map)
                foreach (var (name, value) in map.ToArray())
                    if (value is JsonMap inner) yield return new(inner, map, name, s => map[name] = s);
        foreach (var key in single)
            if (schema[key] is JsonMap inner) yield return new(inner, schema, key, s => schema[key] = s);
        foreach (var key in lists)
            if (schema[key] is JsonArray list)
                for (var i = 0; i < list.Count; i++)
                    if (list[i] is JsonMap inner)
                    {
                        var at = i;
                        yield return new(inner, list, key, s => list[at] = s);
                    }
    }

    /// <summary>Where a subschema stands.</summary>
    sealed record Place(JsonMap Schema, JsonNode Holder, string Name, Action<JsonMap> Put);
}
