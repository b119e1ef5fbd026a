namespace Kindred.Data.Views;

/// <summary>The memory that rendering needs, reused from view to view; one for each worker thread.</summary>
public sealed class ViewWorkspace
{
    internal Canvas Canvas { get; } = new();
}
