using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kindred.Experiments.Evaluation;
using Kindred.Optim;
using JsonMap = System.Text.Json.Nodes.JsonObject;

namespace Kindred.Experiments.Recipes;

/// <summary>The JSON schema (draft 7, which editors read) of recipe files, made of the same catalogues and option records that recipes are read by.</summary>
/// <remarks>
/// It knows every part, key, word and range. It allows what stands alone only in a preset or over another recipe (<c>encoder: { width: 8 }</c>), so that a value that is missing is found by
/// <c>kindred config validate</c> and not by it.
/// </remarks>
public static class RecipeSchema
{
    /// <summary>The schema.</summary>
    public static JsonObject Json()
    {
        var definitions = new JsonMap { ["recipe"] = Record(typeof(RecipeFile), Special) };
        foreach (var (name, catalogue) in kinds) definitions[name] = PartOf(catalogue);
        definitions["recipe"]!["properties"]!["extends"] = new JsonMap { ["type"] = "string", ["description"] = "What is not said here is taken from there." };
        definitions["recipe"]!["properties"]!["phases"] = OrNull(new JsonMap { ["type"] = "array", ["items"] = Ref("recipe"),
            ["description"] = "Several trainings, each going on with the one before." });
        definitions["recipe"]!["allOf"] = new JsonArray([.. Catalogues.Methods.Select(m => (JsonNode)new JsonMap
        {
            ["if"] = new JsonMap { ["properties"] = new JsonMap { ["method"] = new JsonMap { ["const"] = m.Attribute.Name } }, ["required"] = new JsonArray("method") },
            ["then"] = new JsonMap { ["properties"] = new JsonMap { ["options"] = OrNull(Registry.OptionsOf(m.Type) is { } options ? Record(options) : Nothing()) } },
        })]);
        return SharedSchemas.Of(new()
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#", ["title"] = "A recipe of Kindred", ["allOf"] = new JsonArray(Ref("recipe")), ["definitions"] = definitions,
        });
    }

    /// <summary>The schema as the text of a file: one definition a line, which is short and can still be looked at.</summary>
    public static string Write()
    {
        var schema = Json();
        var definitions = (JsonMap)schema["definitions"]!;
        schema.Remove("definitions");
        var lines = definitions.Select(d => $"{JsonSerializer.Serialize(d.Key, style)}: {d.Value!.ToJsonString(style)}");
        return $"{schema.ToJsonString(style).TrimEnd('}')},\n\"definitions\": {{\n{string.Join(",\n", lines)}\n}}}}";
    }

    static readonly JsonSerializerOptions style = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static readonly (string Name, Catalogue Catalogue)[] kinds =
    [
        ("encoder", Catalogues.Encoders), ("optimizer", Catalogues.Optimizers), ("schedule", Catalogues.Schedules), ("operation", Catalogues.Operations),
        ("graphOperation", Catalogues.GraphOperations), ("protocol", Catalogues.Protocols),
    ];

    // What a recipe leaves to other rooms, by its key.
    static JsonObject? Special(string key) => key switch
    {
        "method" => Words(Catalogues.Methods.Names),
        "options" => OrNull(new JsonMap { ["type"] = "object", ["description"] = "The method's own: kindred show METHOD." }),
        "encoder" => Ref("encoder"),
        "networks" => new() { ["type"] = "object", ["additionalProperties"] = Ref("encoder") },
        "data" => Any(Text(), new JsonMap { ["type"] = "object", ["additionalProperties"] = Text() }),
        "views" => ListOf(Record(typeof(ViewSection), Special)),
        "plain" => OrNull(Record(typeof(ViewSection), Special)),
        "of" => ListOf(Any(Ref("operation"), Ref("graphOperation"))),
        "normalize" => Any(Words(["imagenet", "cifar10", "half"]), Record(typeof(Data.Views.Normalize))),
        "train" => OrNull(Record(typeof(TrainSection), Special)),
        "optimizer" => Any(Ref("optimizer"), new JsonMap { ["type"] = "object", ["additionalProperties"] = Ref("optimizer"), ["description"] = "One for each player." }),
        "schedule" => Any(Words(["cosine", "constant"]), new JsonMap { ["type"] = "number" }, Ref("schedule")),
        "evaluate" => ListOf(Ref("protocol")),
        _ => null,
    };

    // A name, { name: …, options }, { NAME: options }, or options alone where another recipe names the part.
    static JsonObject PartOf(Catalogue catalogue)
    {
        JsonObject More(JsonObject record) => catalogue == Catalogues.Protocols ? WithEvaluation(record) : record;
        JsonObject Of(IPart part) => More(part.Options is { } type ? Record(type, description: part.Attribute.Title) : Nothing());
        var named = catalogue.Parts.Select(part =>
        {
            var record = Of(part);
            record["properties"]!["name"] = new JsonMap { ["const"] = part.Attribute.Name };
            record["required"] = new JsonArray("name");
            return record;
        });
        var brief = new JsonMap
        {
            ["type"] = "object", ["minProperties"] = 1, ["maxProperties"] = 1, ["additionalProperties"] = Null(),
            ["properties"] = new JsonMap(catalogue.Parts.Select(p => KeyValuePair.Create(p.Attribute.Name, (JsonNode?)OrNull(Of(p))))),
        };
        var options = catalogue.Parts.SelectMany(p => ((JsonObject)Of(p)["properties"]!).ToArray()).GroupBy(o => o.Key).Select(g =>
            KeyValuePair.Create(g.Key, (JsonNode?)(g.Select(o => o.Value!.ToJsonString()).Distinct().ToArray() is [var one] ? JsonNode.Parse(one)
                : new JsonMap { ["anyOf"] = new JsonArray([.. g.Select(o => o.Value!.ToJsonString()).Distinct().Select(t => JsonNode.Parse(t))]) })));
        var partial = new JsonMap { ["type"] = "object", ["not"] = new JsonMap { ["required"] = new JsonArray("name") }, ["properties"] = new JsonMap(options), ["additionalProperties"] = Null() };
        var numbers = catalogue == Catalogues.Schedules ? new[] { new JsonMap { ["type"] = "number" } } : [];
        return new() { ["anyOf"] = new JsonArray([Words(catalogue.Names), .. numbers, .. named, brief, partial, Null()]) };
    }

    static JsonObject WithEvaluation(JsonObject record)
    {
        foreach (var key in new[] { "data", "baseline" }) record["properties"]![key] = Text();
        record["properties"]!["layer"] = Words(Layers.Names);
        return record;
    }

    static JsonObject Record(Type type, Func<string, JsonObject?>? special = null, string? description = null)
    {
        var properties = new JsonMap();
        foreach (var option in OptionInfo.Of(type))
        {
            var schema = special?.Invoke(option.Name) ?? OrNull(Value(option.Type, option.Rule));
            if (schema["description"] is null && option.Accepted is { } accepted) schema["description"] = accepted;
            if (option.Default is { } fallback && option.Default is not IVaries && schema["$ref"] is null) schema["default"] = RecipeJson.Of(ScalarReader.Write(fallback));
            properties[option.Name] = schema;
        }
        var record = new JsonMap { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = Null() };
        if (description is { Length: > 0 }) record["description"] = description;
        return record;
    }

    static JsonObject Value(Type type, OptionRule rule)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return Value(inner, rule);
        if (typeof(RecipeNode).IsAssignableFrom(type)) return [];
        if (type == typeof(bool)) return new() { ["type"] = "boolean" };
        if (type.IsEnum) return Words(Enum.GetNames(type).Select(OptionInfo.CamelCase));
        if (type == typeof(string)) return rule.Words is { } words ? Words(words) : Text();
        if (typeof(IVaries).IsAssignableFrom(type)) return Any(Number("number", rule), Ref("schedule"));
        if (Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.UInt64) return rule.Words is { } numbers ? Words(numbers) : Number("integer", rule);
        if (Type.GetTypeCode(type) is TypeCode.Single or TypeCode.Double or TypeCode.Decimal) return Any(Number("number", rule), Words([".inf", "-.inf"]));
        if (type == typeof(IReadOnlyList<ParameterGroup>)) return new() { ["type"] = "object", ["additionalProperties"] = Record(typeof(ParameterGroup)) };
        if (ScalarReader.For(type) is not null) return Text();
        if (Binder.ElementOf(type) is { } element) return ListOf(Value(element, rule));
        if (Binder.ValueOf(type) is { } of) return new() { ["type"] = "object", ["additionalProperties"] = Value(of, rule) };
        if (Binder.IsPair(type)) return new() { ["type"] = "array", ["minItems"] = 2, ["maxItems"] = 2, ["items"] = Any([.. type.GetGenericArguments().Select(t => Value(t, rule))]) };
        return Catalogues.All.Any(c => c.PartType.IsAssignableFrom(type)) || type.IsAbstract ? [] : Record(type);
    }

    static JsonObject Number(string type, OptionRule rule)
    {
        var schema = new JsonMap { ["type"] = type };
        if (rule.Bounds is not { } bounds) return schema;
        // Bounds that are those of the type say nothing.
        if (bounds.Low > int.MinValue) schema[bounds.LowExcluded ? "exclusiveMinimum" : "minimum"] = bounds.Low;
        if (bounds.High < int.MaxValue) schema[bounds.HighExcluded ? "exclusiveMaximum" : "maximum"] = bounds.High;
        return schema;
    }

    // Null takes away what another recipe says, also what this one could not say.
    static JsonObject Null() => new() { ["type"] = "null" };

    // Texts are read as they are written, whatever they look like.
    static JsonObject Text() => new() { ["type"] = new JsonArray("string", "number", "boolean", "null") };

    static JsonObject Nothing() => new() { ["type"] = "object", ["properties"] = new JsonMap(), ["additionalProperties"] = Null() };

    static JsonObject Words(IEnumerable<object> words) => new() { ["enum"] = new JsonArray([.. words.Select(w => w is string text ? (JsonNode)text
        : JsonValue.Create(Convert.ToInt64(w, System.Globalization.CultureInfo.InvariantCulture)))]) };

    static JsonObject Ref(string name) => new() { ["$ref"] = $"#/definitions/{name}" };

    static JsonObject Any(params JsonObject[] of) => new() { ["anyOf"] = new JsonArray([.. of]) };

    // One value stands for a list of one, as everywhere in the field's recipes.
    static JsonObject ListOf(JsonObject item) => Any(new JsonMap { ["type"] = "array", ["items"] = item.DeepClone() }, item, Null());

    static JsonObject OrNull(JsonObject schema) => schema["anyOf"] is JsonArray any ? With(any, schema) : schema.Count == 0 ? schema : Any(schema, Null());

    static JsonObject With(JsonArray any, JsonObject schema)
    {
        any.Add(Null());
        return schema;
    }
}
