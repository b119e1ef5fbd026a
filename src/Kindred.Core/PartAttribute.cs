namespace Kindred;

/// <summary>Gives a class a name that recipes can use: a method, an encoder, an optimizer, a schedule, a view operation, an evaluation.</summary>
/// <remarks>Catalogues find classes by it, in this library and in plug-ins; nothing is listed anywhere. A class may carry several, each with its own preset.</remarks>
/// <param name="name">The name in recipes and on the command line.</param>
public abstract class PartAttribute(string name) : Attribute
{
    /// <summary>The name in recipes and on the command line.</summary>
    public string Name { get; } = name;

    /// <summary>What it is, in a few words.</summary>
    public virtual string Title { get; init; } = "";

    /// <summary>Where it comes from: <c>arXiv:2002.05709</c>, a venue or a program.</summary>
    public virtual string Paper { get; init; } = "";

    /// <summary>Options that this name sets where the recipe says nothing, as a map of a recipe: <c>{ width: 384, heads: 6 }</c>.</summary>
    public string Preset { get; init; } = "";
}
