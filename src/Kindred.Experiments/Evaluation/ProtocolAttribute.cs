namespace Kindred.Experiments.Evaluation;

/// <summary>Registers an evaluation under a name.</summary>
/// <param name="name">The name on the command line, such as <c>knn</c>.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ProtocolAttribute(string name) : PartAttribute(name)
{
    /// <summary>What it measures, in one line.</summary>
    public override required string Title { get; init; }

    /// <summary>Where it comes from: <c>arXiv:1805.01978</c> or a venue.</summary>
    public override required string Paper { get; init; }

    /// <summary>The data it takes when none are named; null for those that the run was trained on.</summary>
    public string? Data { get; init; }
}
