namespace Kindred;

/// <summary>A tiny instance of a method, for the tests that hold for every method: what is registered gives one as its public static property <c>Example</c>.</summary>
/// <param name="Make">Builds it from tiny encoders and the facts of the toy data.</param>
/// <param name="Data">Which toy data it learns from: <c>pictures</c>, four views of each with labels, or <c>sound</c>.</param>
public sealed record MethodExample(Func<EncoderFactory, DataFacts, Method> Make, string Data = "pictures")
{
    /// <summary>What shows that it learns: <c>loss</c>, or a number that its step logs.</summary>
    public string Shows { get; init; } = "loss";

    /// <summary>Whether that number rises as the method learns; a loss falls.</summary>
    public bool Rises { get; init; }

    /// <summary>By how much it is better at the end, at least, in its own unit.</summary>
    public double Margin { get; init; } = 0.02;
}
