namespace Kindred.Data.Views;

/// <summary>Gives an operation the name that recipes use and the source that it follows.</summary>
/// <param name="name">Lower case, one word if possible.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class AugmentationAttribute(string name) : Attribute
{
    /// <summary>The name in recipes.</summary>
    public string Name { get; } = name;

    /// <summary>The paper or program whose definition is followed.</summary>
    public string Paper { get; init; } = "";
}
