using System.Reflection;

namespace Kindred.Nn;

/// <summary>Says that a part of a module's state had another name before: checkpoints that were written then are read under the name of today.</summary>
/// <param name="from">What its paths began with, such as <c>query</c>.</param>
/// <param name="to">What they begin with today, such as <c>pair.query</c>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class StateMovedAttribute(string from, string to) : Attribute
{
    /// <summary>What its paths began with.</summary>
    public string From { get; } = from;

    /// <summary>What they begin with today.</summary>
    public string To { get; } = to;

    /// <summary>The name of today of a path that a checkpoint gives.</summary>
    internal static string Today(Module module, string path) => module.GetType().GetCustomAttributes<StateMovedAttribute>()
        .FirstOrDefault(m => path.StartsWith(m.From + ".", StringComparison.Ordinal)) is { } moved ? moved.To + path[moved.From.Length..] : path;
}
