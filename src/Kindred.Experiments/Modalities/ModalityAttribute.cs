namespace Kindred.Experiments.Modalities;

/// <summary>Registers a kind of data.</summary>
/// <param name="name">What it is called, such as <c>pictures</c>.</param>
/// <param name="title">What it is, in a few words.</param>
/// <param name="schemes">The words in front of the colon of its data URIs, such as <c>audio</c>.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ModalityAttribute(string name, string title, params string[] schemes) : PartAttribute(name)
{
    /// <inheritdoc/>
    public override string Title { get; init; } = title;

    /// <summary>The words in front of the colon of its data URIs.</summary>
    public IReadOnlyList<string> Schemes { get; } = schemes;
}
