namespace Kindred.Torch;

/// <summary>The life of temporary tensors: all that is born on this thread inside a scope dies when the scope is disposed.</summary>
/// <remarks>
/// Scopes nest and belong to the thread that opened them; do not hold one across an <c>await</c>. A tensor made with no scope open
/// belongs to the caller, who disposes it. What must outlive a scope is returned (<see cref="Return"/>) or released (<see cref="Release"/>).
/// </remarks>
public sealed class Scope : IDisposable
{
    [ThreadStatic] static Scope? current;
    [ThreadStatic] static Scope? spare;

    Tensor?[] born = new Tensor?[256];
    int count;
    Scope? parent;

    Scope() { }

    /// <summary>Opens a scope on this thread; dispose it to end it.</summary>
    public static Scope Open()
    {
        var scope = spare ?? new Scope();
        spare = null;
        scope.parent = current;
        return current = scope;
    }

    internal static Scope? Current => current;

    internal int Add(Tensor tensor)
    {
        if (count == born.Length) Array.Resize(ref born, 2 * count);
        born[count] = tensor;
        return count++;
    }

    internal void Remove(int slot) => born[slot] = null;

    /// <summary>Hands a tensor to the enclosing scope, or to the caller when there is none.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor Return(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        tensor.MoveTo(parent);
        return tensor;
    }

    /// <summary>Hands a tensor from the innermost open scope to the one around it; does nothing where no scope is open.</summary>
    /// <returns>The same tensor.</returns>
    public static Tensor HandOn(Tensor tensor) => current is { } scope ? scope.Return(tensor) : tensor;

    /// <summary>Takes a tensor out of every scope: from now on its holder disposes it.</summary>
    /// <returns>The same tensor.</returns>
    public static Tensor Release(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        tensor.MoveTo(null);
        return tensor;
    }

    /// <summary>Runs a computation in its own scope and keeps only its result.</summary>
    public static Tensor Of(Func<Tensor> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        using var scope = Open();
        return scope.Return(make());
    }

    /// <summary>Frees every tensor still in the scope.</summary>
    /// <exception cref="InvalidOperationException">An inner scope is still open, or the scope belongs to another thread.</exception>
    public void Dispose()
    {
        if (current != this) throw new InvalidOperationException("scopes end in the reverse order of their opening, on the thread that opened them");
        current = parent;
        for (var i = count - 1; i >= 0; i--) born[i]?.Die();
        Array.Clear(born, 0, count);
        count = 0;
        parent = null;
        spare = this;
    }
}
