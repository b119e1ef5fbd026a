namespace Kindred.Experiments.Modalities;

/// <summary>What is asked of a modality: which data, in which views, in batches of which size.</summary>
/// <param name="Uri">The data.</param>
/// <param name="Views">The training views, group after group; empty where the recipe leaves them to the modality.</param>
/// <param name="Plain">The view without chance; null for the modality's own choice.</param>
/// <param name="Batch">Samples a step.</param>
/// <param name="Seed">Decides order and views.</param>
/// <param name="Workers">Threads that prepare views; 0 lets the machine decide.</param>
/// <param name="Assets">The folder in which a run keeps what belongs to its data (<see cref="Modality.Keep"/>); null where nothing is kept.</param>
public sealed record DataRequest(string Uri, IReadOnlyList<ViewRequest> Views, ViewRequest? Plain = null, int Batch = 256, ulong Seed = 0, int Workers = 0, string? Assets = null);

/// <summary>A group of views that are drawn by the same operations.</summary>
/// <param name="Name">Name of the group, such as global.</param>
/// <param name="Count">Views in the group.</param>
/// <param name="Size">Side of a view, where the operations do not say it.</param>
/// <param name="Operations">Operations of the modality's kind (<see cref="Modality.Operation"/>), in order.</param>
/// <param name="DrawnAs">An earlier group of as many views whose draws this one repeats.</param>
/// <param name="LeaveOut">Operations whose draw a view each shares with the first one (LooC); the group has two views more than these, and <paramref name="Count"/> is 1.</param>
public sealed record ViewRequest(string Name, int Count, int? Size, IReadOnlyList<object> Operations, string? DrawnAs = null, IReadOnlyList<string>? LeaveOut = null)
{
    /// <summary>Operations whose draw a view each shares with the first one.</summary>
    public IReadOnlyList<string> LeaveOut { get; } = LeaveOut ?? [];
}
