namespace Kindred;

/// <summary>A tiny instance of a method, for the tests that hold for every method: what is registered gives one as its public static property <c>Example</c>.</summary>
/// <param name="Make">Builds it from tiny encoders and the facts of the toy data.</param>
/// <param name="Data">
/// Which toy data it learns from: <c>pictures</c>, four views of each with labels, <c>sound</c>, <c>text</c>, four sentences of each, <c>points</c>, <c>pairs</c> of vectors x and y,
/// <c>films</c> with captions, or <c>concepts</c>, sentences with exercises about them.
/// </param>
public sealed record MethodExample(Func<EncoderFactory, DataFacts, Method> Make, string Data = "pictures")
{
    /// <summary>What shows that it learns: <c>loss</c>, or a number that its step logs.</summary>
    public string Shows { get; init; } = "loss";

    /// <summary>A logged number below which the loss cannot fall, which is taken off: a teacher's entropy under a cross-entropy.</summary>
    public string? Floor { get; init; }

    /// <summary>Whether that number rises as the method learns; a loss falls.</summary>
    public bool Rises { get; init; }

    /// <summary>The learning rate at which it does, for plain SGD.</summary>
    public double Rate { get; init; } = 0.05;

    /// <summary>By how much it is better at the end, at least, in its own unit.</summary>
    public double Margin { get; init; } = 0.02;
}
