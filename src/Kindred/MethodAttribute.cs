namespace Kindred;

/// <summary>What a registered class is for.</summary>
public enum MethodRole
{
    /// <summary>A method of a paper, to be trained by its name.</summary>
    Method,

    /// <summary>A later phase of another method: its recipe has several phases.</summary>
    Phase,

    /// <summary>What methods are compared with.</summary>
    Baseline,
}

/// <summary>Registers a method under a name. One class may stand for several names, each with its own recipe.</summary>
/// <param name="name">The name on the command line, such as <c>moco-v2</c>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class MethodAttribute(string name) : PartAttribute(name)
{
    /// <summary>The method's name as its paper writes it.</summary>
    public override required string Title { get; init; }

    /// <summary>The paper: <c>arXiv:2002.05709</c> or a venue.</summary>
    public override required string Paper { get; init; }

    /// <summary>What it belongs to: <c>instance discrimination</c>, <c>momentum contrast</c>, <c>clustering</c>, <c>distillation</c>, <c>predictive coding</c> …</summary>
    public required string Family { get; init; }

    /// <summary>What it learns from: <c>pictures</c>, <c>sound</c>, <c>text</c>, <c>graphs</c>.</summary>
    public string Modality { get; init; } = "pictures";

    /// <summary>Whether it stands for itself; lists show phases and baselines only when asked.</summary>
    public MethodRole Role { get; init; }

    /// <summary>The objective that its step minimises.</summary>
    public required string Objective { get; init; }

    /// <summary>The smallest batch that its loss makes sense of: 2 where the samples of a batch are compared with one another.</summary>
    public int LeastBatch { get; init; } = 2;

    /// <summary>
    /// What kinds of samples its step takes. What only hands views to encoders leaves it out, as encoders say themselves what they take; what mixes, perturbs, cuts or flattens views says so
    /// here: <see cref="SampleKinds.Rows"/> where each sample must be one row of numbers.
    /// </summary>
    public SampleKinds Takes { get; init; } = SampleKinds.Any;

    /// <summary>The stem of the default recipe; the name itself unless given.</summary>
    public string? Recipe { get; init; }
}
