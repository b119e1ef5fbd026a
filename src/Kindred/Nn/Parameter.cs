using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>A tensor that training changes. It owns its value, whatever scope is open.</summary>
public sealed class Parameter : State
{
    /// <summary>Takes <paramref name="value"/> over as a leaf that requires a gradient.</summary>
    /// <param name="value">The initial weights; their graph, if any, is cut.</param>
    /// <param name="frozen">A constant of the architecture (DINO's fixed gain, MoCo v3's patch projection): it never requires a gradient.</param>
    public Parameter(Tensor value, bool frozen = false)
    {
        Frozen = frozen;
        Replace(value);
    }

    /// <summary>True when no one may make this parameter trainable.</summary>
    public bool Frozen { get; }

    /// <summary>Whether backward fills <see cref="Gradient"/>. Setting it on a frozen parameter does nothing.</summary>
    public bool Trainable
    {
        get => Value.RequiresGrad;
        set
        {
            if (Frozen || Value.RequiresGrad == value)
                return;
            Value.RequiresGrad = value;
            if (!value)
                Value.Grad = null;
        }
    }

    /// <summary>The gradient, or null when backward has not reached this parameter since the last reset.</summary>
    public Tensor? Gradient
    {
        get => Value.Grad;
        set => Value.Grad = value;
    }

    /// <summary>Copies new weights in place: optimizers and twins keep pointing at the same storage.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public override void Set(Tensor value)
    {
        if (!value.Shape.AsSpan().SequenceEqual(Value.Shape))
            throw new ArgumentException($"a parameter of shape {Describe(Value)} cannot take a tensor of shape {Describe(value)}");
        using var _ = NoGradient.Begin();
        Value.Copy_(value);
    }

    private protected override Tensor Adopt(Tensor value)
    {
        var leaf = Own(value);
        leaf.RequiresGrad = !Frozen;
        return leaf;
    }

    internal override State Copy()
    {
        using var _ = NoGradient.Begin();
        return new Parameter(Value.Clone(), Frozen) { Trainable = Trainable };
    }
}
