using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>A tensor that belongs to the state but has no gradient: running statistics, queues, centres.</summary>
public sealed class Buffer : State
{
    /// <summary>Takes <paramref name="value"/> over.</summary>
    /// <param name="value">The initial value; its graph, if any, is cut.</param>
    public Buffer(Tensor value) => Replace(value);

    /// <summary>Whether the number of rows changes while training, so that a state with another number fits. All other buffers are loaded in their own shape only.</summary>
    public bool Grows { get; init; }

    /// <summary>Keeps a copy of <paramref name="value"/>, of any shape, in place of the old one.</summary>
    /// <remarks>The old tensor is left alone, so a graph that still has to read it stays valid.</remarks>
    public override void Set(Tensor value)
    {
        using var _ = NoGradient.Begin();
        Replace(value.Clone());
    }

    private protected override Tensor Adopt(Tensor value) => Own(value);

    internal override State Copy()
    {
        using var _ = NoGradient.Begin();
        return new Buffer(Value.Clone()) { Grows = Grows };
    }
}
