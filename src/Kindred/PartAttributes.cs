namespace Kindred;

/// <summary>Registers an encoder. Its constructor may ask for a record <c>Options</c> and for <see cref="DataFacts"/>.</summary>
/// <param name="name">The name in recipes, such as <c>resnet18</c>.</param>
/// <param name="title">What it is, in a few words.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class EncoderAttribute(string name, string title) : PartAttribute(name)
{
    /// <inheritdoc/>
    public override string Title { get; init; } = title;

    /// <summary>What kinds of samples it reads.</summary>
    public SampleKinds Takes { get; init; } = SampleKinds.Any;
}

/// <summary>Registers an optimizer. Its constructor takes the module whose parameters it changes and a record <c>Options</c>.</summary>
/// <param name="name">The name in recipes, such as <c>adamw</c>.</param>
/// <param name="title">What it is, in a few words.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class OptimizerAttribute(string name, string title) : PartAttribute(name)
{
    /// <inheritdoc/>
    public override string Title { get; init; } = title;
}

/// <summary>Registers a schedule: a record whose constructor says its options.</summary>
/// <param name="name">The name in recipes, such as <c>cosine</c>.</param>
/// <param name="title">What it is, in a few words.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class ScheduleAttribute(string name, string title) : PartAttribute(name)
{
    /// <inheritdoc/>
    public override string Title { get; init; } = title;
}
