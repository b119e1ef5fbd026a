using System.Reflection;
using Kindred.Experiments.Recipes;

namespace Kindred.Tests.Methods;

/// <summary>The tiny example that each registered method gives of itself.</summary>
static class MethodExamples
{
    /// <summary>The classes that are registered, in every assembly that the catalogues know, each once.</summary>
    internal static IEnumerable<Type> Registered => Catalogues.Methods.Select(m => m.Type).Distinct();

    /// <summary>What a class gives.</summary>
    /// <exception cref="InvalidOperationException">It gives nothing; the message says what to write.</exception>
    internal static MethodExample Of(Type method)
    {
        var property = method.GetProperty("Example", BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly);
        return property?.GetValue(null) as MethodExample ?? throw new InvalidOperationException(
            $"{method.FullName} is registered with [Method] and gives no example, so no test can train it: add to its class "
            + $"`public static MethodExample Example => new((encoders, facts) => new {method.Name}(encoders(), new(…)));` with options that make it tiny.");
    }
}
