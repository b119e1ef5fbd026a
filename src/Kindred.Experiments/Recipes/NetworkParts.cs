using System.Reflection;

namespace Kindred.Experiments.Recipes;

/// <summary>The networks that a method's constructor asks for by name: <c>Encoder encoder</c> is the recipe's <c>encoder</c>, <c>Encoder text</c> its <c>networks.text</c>.</summary>
sealed class NetworkParts
{
    readonly RecipeFile recipe;
    readonly DataFacts facts;
    readonly ParameterInfo[] wanted;

    public NetworkParts(RecipeFile recipe, DataFacts facts, ConstructorInfo constructor)
    {
        (this.recipe, this.facts) = (recipe, facts);
        wanted = WantedBy(constructor);
        foreach (var (name, node) in recipe.Networks)
            if (!wanted.Any(p => p.Name == name))
                throw node.Error($"networks.{name}", $"{recipe.Method} asks for no network '{name}'; it asks for {string.Join(", ", wanted.Select(p => p.Name))}");
    }

    /// <summary>The parameters of a constructor that recipes fill with a network.</summary>
    public static ParameterInfo[] WantedBy(ConstructorInfo constructor) =>
        [.. constructor.GetParameters().Where(p => p.ParameterType == typeof(EncoderFactory) || (KindOf(p.ParameterType) is not null && !typeof(Method).IsAssignableFrom(p.ParameterType)))];

    /// <summary>The network of a parameter, its weights drawn from the open initialization; null where the parameter wants something else.</summary>
    /// <exception cref="ConfigurationException">The recipe does not describe it.</exception>
    public object? Make(ParameterInfo parameter)
    {
        if (KindOf(parameter.ParameterType) is null) return null;
        var (node, path) = Node(parameter);
        return Parts.Make(parameter.ParameterType, node, path, FactsOf(parameter));
    }

    /// <summary>Makes further encoders like a parameter's.</summary>
    public EncoderFactory Factory(ParameterInfo parameter) => channels =>
    {
        var (node, path) = Node(parameter);
        return Parts.Encoder(node, channels, FactsOf(parameter), path);
    };

    // One encoder alone may be called what it likes; where there are several, `encoder` is for the one of that name.
    (RecipeNode Node, string Path) Node(ParameterInfo parameter)
    {
        var name = parameter.Name!;
        if (recipe.Networks.TryGetValue(name, out var own)) return (own, $"networks.{name}");
        var single = wanted.Length == 1 || name is "encoder" or "encoders";
        if (single && recipe.Encoder is { } node) return (node, "encoder");
        throw new ConfigurationException(single
            ? "the recipe names no encoder; give one, for example encoder.name=resnet18."
            : $"networks.{name}: {recipe.Method} asks for the networks {string.Join(", ", wanted.Select(p => p.Name))}, and the recipe describes no "
                + $"'{name}'; give one, for example networks.{name}.name=resnet18.");
    }

    // A network for one of several data sets is built for that one.
    DataFacts FactsOf(ParameterInfo parameter) => facts.Streams.TryGetValue(parameter.Name!, out var own) ? own : facts.For(parameter.Name!);

    static Catalogue? KindOf(Type type) => Catalogues.All.FirstOrDefault(c => typeof(Nn.Module).IsAssignableFrom(c.PartType) && c.PartType.IsAssignableFrom(type));
}
