namespace Kindred;

/// <summary>Registers an encoder of a plug-in. Its constructor takes a record <c>Options</c> whose parameters all have defaults.</summary>
/// <param name="name">The name in recipes, such as <c>resnet18</c>.</param>
/// <param name="title">What it is, in a few words.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class EncoderAttribute(string name, string title) : Attribute
{
    /// <summary>The name in recipes.</summary>
    public string Name { get; } = name;

    /// <summary>What it is, in a few words.</summary>
    public string Title { get; } = title;
}
