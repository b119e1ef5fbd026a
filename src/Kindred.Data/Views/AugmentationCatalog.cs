using System.Reflection;

namespace Kindred.Data.Views;

/// <summary>One operation that a recipe may name.</summary>
/// <param name="Name">Its name in recipes.</param>
/// <param name="Type">The record whose constructor parameters are the options.</param>
/// <param name="Paper">The paper or program whose definition it follows.</param>
public sealed record AugmentationEntry(string Name, Type Type, string Paper);

/// <summary>All operations by name.</summary>
public static class AugmentationCatalog
{
    static readonly AugmentationEntry[] Entries = Find(typeof(AugmentationCatalog).Assembly);

    static readonly Dictionary<Type, string> Names = Entries.ToDictionary(e => e.Type, e => e.Name);

    /// <summary>The operations of this library, by name.</summary>
    public static IReadOnlyList<AugmentationEntry> All => Entries;

    /// <summary>The name of an operation; the type's own name for operations from elsewhere.</summary>
    /// <param name="operation">Any operation.</param>
    public static string NameOf(Augmentation operation) =>
        Names.TryGetValue(operation.GetType(), out var name) ? name
        : operation.GetType().GetCustomAttribute<AugmentationAttribute>()?.Name ?? operation.GetType().Name;

    /// <summary>The operations of an assembly, for plug-ins.</summary>
    /// <param name="assembly">Where to look.</param>
    public static AugmentationEntry[] Find(Assembly assembly) =>
        [.. from type in assembly.GetTypes()
            let mark = type.GetCustomAttribute<AugmentationAttribute>()
            where mark is not null && typeof(Augmentation).IsAssignableFrom(type)
            orderby mark.Name
            select new AugmentationEntry(mark.Name, type, mark.Paper)];
}
