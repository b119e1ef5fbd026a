using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kindred.Data.Views;

/// <summary>A view plan as JSON, for a file that outlives its recipe: <c>[{"name":"resize","size":32,"square":true}, …]</c>, an operation a line of a recipe.</summary>
public static class ViewJson
{
    static readonly JsonSerializerOptions style = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, PropertyNameCaseInsensitive = false };

    // Operations are this assembly's; those of a plug-in are not described, as who reads the file may be without it.
    static readonly Lazy<Dictionary<string, Type>> operations = new(() => typeof(Augmentation).Assembly.GetTypes()
        .Where(t => t is { IsAbstract: false } && typeof(Augmentation).IsAssignableFrom(t) && t.GetCustomAttribute<AugmentationAttribute>() is not null)
        .ToDictionary(t => t.GetCustomAttribute<AugmentationAttribute>()!.Name, StringComparer.Ordinal));

    /// <summary>The plan's operations with all their numbers.</summary>
    /// <exception cref="ConfigurationException">An operation is a plug-in's.</exception>
    public static string Write(ViewPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new JsonArray([.. plan.Operations.Select(Write)]).ToJsonString();
    }

    static JsonObject Write(Augmentation operation)
    {
        var (name, type) = (AugmentationAttribute.NameOf(operation), operation.GetType());
        if (operations.Value.GetValueOrDefault(name) != type)
            throw new ConfigurationException($"views: '{name}' is no operation of Kindred's own, so that who opens the exported file could not do it; take other operations for the plain view.");
        var written = new JsonObject { ["name"] = name };
        foreach (var option in Options(type))
        {
            if (type.GetProperty(option.Name!)!.GetValue(operation) is { } value)
                written[JsonNamingPolicy.CamelCase.ConvertName(option.Name!)] = JsonSerializer.SerializeToNode(value, value.GetType(), style);
        }
        return written;
    }

    /// <summary>The plan that was written.</summary>
    /// <param name="json">From <see cref="Write(ViewPlan)"/>.</param>
    /// <exception cref="DataException">It is no such text, or names an operation that there is not.</exception>
    public static ViewPlan Read(string json)
    {
        try { return new ViewPlan([.. (JsonNode.Parse(json)?.AsArray() ?? throw new JsonException("it is null")).Select(n => Read(n!.AsObject()))]); }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or NotSupportedException)
        {
            // What is thrown speaks of the reader's insides.
            throw new DataException($"'{json}' is no list of view operations such as [{{\"name\":\"resize\",\"size\":32}}]; it is damaged, or a newer version of Kindred wrote it.", e);
        }
    }

    static Augmentation Read(JsonObject written)
    {
        var name = written["name"]?.GetValue<string>() ?? "";
        var type = operations.Value.GetValueOrDefault(name)
            ?? throw new DataException($"there is no view operation '{name}'{Suggest.Nearest(name, operations.Value.Keys)}; a newer version of Kindred wrote it.");
        var rest = new JsonObject([.. written.Where(p => p.Key != "name").Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))]);
        return (Augmentation)rest.Deserialize(type, style)!;
    }

    static ParameterInfo[] Options(Type type) => type.GetConstructors().MaxBy(c => c.GetParameters().Length)!.GetParameters();
}
