namespace Kindred.Golden;

/// <summary>Marks the adapter of one objective: a static method from a <see cref="GoldenCase"/> to its <see cref="CaseResult"/>.</summary>
/// <remarks>Adapters are found by reflection in this assembly; any static class, any accessibility.</remarks>
/// <param name="objective">The folder name of the cases, for example <c>nt_xent</c>.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class GoldenAttribute(string objective) : Attribute
{
    /// <summary>The first part of the case's name.</summary>
    public string Objective { get; } = objective;
}
