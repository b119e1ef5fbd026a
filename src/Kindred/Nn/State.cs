using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>One tensor of a module's state: a <see cref="Parameter"/> or a <see cref="Buffer"/>.</summary>
/// <remarks>All other tensors die with their scope; a state's tensor lives until it is replaced or disposed.</remarks>
public abstract class State : IDisposable
{
    Tensor? value;

    /// <summary>The tensor itself.</summary>
    public Tensor Value => value!;

    /// <summary>A state stands for its tensor wherever one is expected.</summary>
    public static implicit operator Tensor(State state) => state.Value;

    /// <summary>Changes the value.</summary>
    public abstract void Set(Tensor value);

    /// <summary>A copy that shares nothing with this one.</summary>
    internal abstract State Copy();

    /// <summary>Makes the tensor what this kind of state needs: detached, and a leaf for a parameter.</summary>
    private protected abstract Tensor Adopt(Tensor value);

    /// <summary>Puts another tensor in place of the old one, which is disposed.</summary>
    internal void Replace(Tensor next)
    {
        var old = value;
        value = Adopt(next);
        if (!ReferenceEquals(old, value))
            old?.Dispose();
    }

    /// <summary>Takes a tensor out of every scope and cuts its graph.</summary>
    private protected static Tensor Own(Tensor tensor)
    {
        var mine = tensor.RequiresGrad ? tensor.Detach() : tensor;
        return Scope.Release(mine);
    }

    internal static string Describe(Tensor tensor) => $"[{string.Join(", ", tensor.Shape)}]";

    /// <summary>Frees the tensor.</summary>
    public void Dispose()
    {
        value?.Dispose();
        GC.SuppressFinalize(this);
    }
}
