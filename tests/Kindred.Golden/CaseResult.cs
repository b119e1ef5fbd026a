namespace Kindred.Golden;

/// <summary>What an adapter hands back: outputs by name, and the few things the comparison cannot guess.</summary>
/// <remarks>
/// <code>return new CaseResult { ["loss"] = loss, ["per_anchor"] = perAnchor };</code>
/// A value is a <see cref="Tensor"/>, a number, a boolean, a string, or an array of numbers. The gradient of <c>loss</c> with respect
/// to the inputs is taken afterwards, by the runner. Outputs that the case does not list are ignored.
/// </remarks>
public sealed class CaseResult
{
    readonly Dictionary<string, object> outputs = [];
    readonly Dictionary<string, Tensor> gradients = [];
    readonly HashSet<string> unordered = [];

    /// <summary>The output of that name.</summary>
    public object this[string name]
    {
        get => outputs[name];
        set => outputs[name] = value;
    }

    /// <summary>Gradients delivered by the adapter itself, in place of those of <c>loss</c> (an update direction that is no derivative).</summary>
    public IDictionary<string, Tensor> Gradients => gradients;

    /// <summary>Declares that the rows of this output are a set: both sides are sorted before they are compared.</summary>
    public CaseResult Unordered(string name)
    {
        unordered.Add(name);
        return this;
    }

    internal bool IsUnordered(string name) => unordered.Contains(name);

    internal bool TryGet(string name, out object value) => outputs.TryGetValue(name, out value!);

    /// <summary>The differentiable objective, when there is one.</summary>
    internal Tensor? Loss => outputs.TryGetValue("loss", out var loss) ? loss as Tensor : null;
}
