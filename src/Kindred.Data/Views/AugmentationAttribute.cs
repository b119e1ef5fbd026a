using System.Reflection;

namespace Kindred.Data.Views;

/// <summary>Gives an operation the name that recipes use and the source that it follows.</summary>
/// <param name="name">Lower case, one word if possible.</param>
/// <param name="title">What it does, in a few words.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class AugmentationAttribute(string name, string title = "") : PartAttribute(name)
{
    /// <inheritdoc/>
    public override string Title { get; init; } = title;

    /// <summary>The name of an operation in recipes; the type's own name where it has none.</summary>
    /// <param name="operation">Any operation.</param>
    public static string NameOf(Augmentation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return operation.GetType().GetCustomAttribute<AugmentationAttribute>()?.Name ?? operation.GetType().Name;
    }
}
