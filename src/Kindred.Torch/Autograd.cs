using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Kindred.Torch;

public sealed unsafe partial class Tensor
{
    /// <summary>Whether operations on the tensor are recorded for differentiation.</summary>
    public bool RequiresGrad
    {
        get => NativeMethods.kt_requires_grad(Handle) != 0;
        set => TorchException.Check(NativeMethods.kt_set_requires_grad(Handle, value ? 1 : 0), "RequiresGrad", this);
    }

    /// <summary>Sets <see cref="RequiresGrad"/> and returns the tensor.</summary>
    public Tensor RequiresGrad_(bool on = true)
    {
        RequiresGrad = on;
        return this;
    }

    /// <summary>The gradient that backward passes have accumulated; null when there is none. Setting null clears it.</summary>
    public Tensor? Grad
    {
        get
        {
            TorchException.Check(NativeMethods.kt_grad(Handle, out var gradient), "Grad", this);
            return gradient == 0 ? null : new Tensor(gradient);
        }
        set => TorchException.Check(NativeMethods.kt_set_grad(Handle, value?.Handle ?? 0), "Grad", this);
    }

    /// <summary>Accumulates the gradient of this scalar in every leaf that it depends on.</summary>
    /// <param name="gradient">The gradient with respect to this tensor; needed when it is no scalar.</param>
    /// <param name="retainGraph">Keeps the graph for another pass.</param>
    /// <param name="createGraph">Records the pass itself, for higher derivatives.</param>
    public void Backward(Tensor? gradient = null, bool retainGraph = false, bool createGraph = false)
    {
        nint self = Handle, seed = gradient?.Handle ?? 0;
        TorchException.Check(
            NativeMethods.kt_backward(&self, 1, gradient is null ? null : &seed, retainGraph || createGraph ? 1 : 0, createGraph ? 1 : 0, null, 0), "Backward", this);
    }
}

/// <summary>Gradients of chosen inputs, and functions whose backward is written in C#.</summary>
public static unsafe class Autograd
{
    static readonly ConcurrentDictionary<long, Exception> pending = new();
    static long lastPending;

    /// <summary>Checks every backward step for NaN and reports the forward call that made it; slow.</summary>
    public static bool DetectAnomaly { set { Engine.Start(); NativeMethods.kt_anomaly(value ? 1 : 0); } }

    /// <summary>The gradient of a scalar with respect to one input; no <see cref="Tensor.Grad"/> is touched.</summary>
    public static Tensor Of(Tensor output, Tensor input, bool createGraph = false) => Grad([output], [input], createGraph: createGraph)[0]!;

    /// <summary>The gradients of outputs with respect to inputs; no <see cref="Tensor.Grad"/> is touched.</summary>
    /// <param name="outputs">What is differentiated.</param>
    /// <param name="inputs">With respect to what.</param>
    /// <param name="seeds">The gradients with respect to the outputs; needed for outputs that are no scalars.</param>
    /// <param name="createGraph">Records the pass itself, for higher derivatives.</param>
    /// <param name="retainGraph">Keeps the graph for another pass.</param>
    /// <param name="allowUnused">Gives null for an input that the outputs do not depend on, where it is an error otherwise.</param>
    public static Tensor?[] Grad(ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> seeds = default,
        bool createGraph = false, bool retainGraph = false, bool allowUnused = false)
    {
        nint[] from = Handles(outputs), to = Handles(inputs), with = Handles(seeds), results = new nint[inputs.Length];
        fixed (nint* f = from)
        fixed (nint* t = to)
        fixed (nint* w = with)
        fixed (nint* r = results)
            TorchException.Check(
                NativeMethods.kt_gradients(f, from.Length, t, to.Length, with.Length == 0 ? null : w, retainGraph || createGraph ? 1 : 0, createGraph ? 1 : 0, allowUnused ? 1 : 0, r),
                "Autograd.Grad", outputs);
        return Array.ConvertAll(results, h => h == 0 ? null : new Tensor(h));
    }

    static nint[] Handles(ReadOnlySpan<Tensor> tensors)
    {
        var handles = new nint[tensors.Length];
        Operator.HandlesOf(tensors, handles);
        return handles;
    }

    /// <summary>Is told, while backward passes go on, that a leaf's gradient has been accumulated; <see cref="Tensor.Grad"/> has it.</summary>
    /// <remarks>A leaf that a pass does not reach is not told of. On the processor the call comes on the thread of the pass.</remarks>
    /// <param name="leaves">Which; those that require no gradient are passed over.</param>
    /// <param name="accumulated">Told the leaf's place among <paramref name="leaves"/>. What it throws ends the pass.</param>
    /// <returns>Ends it.</returns>
    public static IDisposable Watch(ReadOnlySpan<Tensor> leaves, Action<int> accumulated)
    {
        ArgumentNullException.ThrowIfNull(accumulated);
        var state = GCHandle.Alloc(accumulated);
        try
        {
            var handles = Handles(leaves);
            nint hooks;
            fixed (nint* h = handles) TorchException.Check(NativeMethods.kt_hooks(h, handles.Length, &RunHook, GCHandle.ToIntPtr(state), out hooks), "Autograd.Watch");
            return new Watching(hooks, state);
        }
        catch
        {
            state.Free();
            throw;
        }
    }

    sealed class Watching(nint hooks, GCHandle state) : IDisposable
    {
        nint hooks = hooks;

        public void Dispose()
        {
            if (hooks == 0) return;
            NativeMethods.kt_hooks_free(hooks);
            hooks = 0;
            state.Free();
        }
    }

    [UnmanagedCallersOnly]
    static int RunHook(nint state, int leaf, byte* error, int capacity)
    {
        try
        {
            ((Action<int>)GCHandle.FromIntPtr(state).Target!)(leaf);
            return 0;
        }
        catch (Exception exception) { return Tell(exception, error, capacity); }
    }

    // Nothing may fly through native frames.
    static int Tell(Exception exception, byte* error, int capacity)
    {
        var text = Encoding.UTF8.GetBytes(Keep(exception));
        var length = Math.Min(text.Length, capacity - 1);
        text.AsSpan(0, length).CopyTo(new Span<byte>(error, capacity));
        error[length] = 0;
        return 1;
    }

    // An exception thrown in a callback waits here under a number that travels through libtorch in the error text,
    // because callbacks may run on another thread than the one that sees the error.
    internal static string Keep(Exception exception)
    {
        var id = Interlocked.Increment(ref lastPending);
        pending[id] = exception;
        return string.Create(CultureInfo.InvariantCulture, $"{exception.Message} [managed#{id}]");
    }

    internal static Exception? TakePending(ref string text)
    {
        var mark = text.LastIndexOf(" [managed#", StringComparison.Ordinal);
        if (mark < 0) return null;
        var end = text.IndexOf(']', mark + 1);
        var id = long.Parse(text.AsSpan(mark + " [managed#".Length, end - mark - " [managed#".Length), CultureInfo.InvariantCulture);
        text = text[..mark];
        return pending.TryRemove(id, out var exception) ? exception : null;
    }

    /// <summary>A differentiable function whose backward pass is managed code. One object serves one application.</summary>
    /// <remarks>
    /// <see cref="Forward"/> runs without recording. Tensors that <see cref="Backward"/> needs go through <see cref="Save"/>; numbers may be fields.
    /// </remarks>
    public abstract class Function
    {
        readonly List<Tensor> saved = [];
        Tensor[] restored = [];

        /// <summary>Computes the outputs; nothing is recorded.</summary>
        protected abstract Tensor[] Forward(Tensor[] inputs);

        /// <summary>Computes the gradient of each input; null for none.</summary>
        /// <param name="gradients">The gradients of the outputs; null where an output was not used.</param>
        protected abstract Tensor?[] Backward(Tensor?[] gradients);

        /// <summary>Keeps tensors (inputs, outputs or intermediates) for the backward pass.</summary>
        protected void Save(params ReadOnlySpan<Tensor> tensors) => saved.AddRange(tensors);

        /// <summary>What <see cref="Save"/> kept, in its order; to be read in <see cref="Backward"/>.</summary>
        protected IReadOnlyList<Tensor> Saved => restored;

        /// <summary>Applies the function to one input and returns its only output.</summary>
        public Tensor Apply(params ReadOnlySpan<Tensor> inputs) => ApplyAll(inputs)[0];

        /// <summary>Applies the function.</summary>
        public Tensor[] ApplyAll(params ReadOnlySpan<Tensor> inputs)
        {
            using var scope = Scope.Open();
            Tensor[] outputs, given = inputs.ToArray();
            using (NoGradient.Begin()) outputs = Forward(given);
            nint[] from = Handles(given), made = Handles(outputs), kept = Handles(CollectionsMarshal.AsSpan(saved)), results = new nint[outputs.Length];
            saved.Clear();
            var table = new NativeMethods.FunctionTable { Backward = &RunBackward, Release = &Release };
            var state = GCHandle.ToIntPtr(GCHandle.Alloc(this));
            fixed (nint* f = from)
            fixed (nint* m = made)
            fixed (nint* k = kept)
            fixed (nint* r = results)
                TorchException.Check(NativeMethods.kt_function(&table, state, f, from.Length, m, made.Length, k, kept.Length, r), GetType().Name, given);
            return Array.ConvertAll(results, h => scope.Return(new Tensor(h)));
        }

        [UnmanagedCallersOnly]
        static int RunBackward(nint state, nint* gradients, int n, nint* saved, int nSaved, nint* results, int nInputs, byte* error, int capacity)
        {
            try
            {
                var function = (Function)GCHandle.FromIntPtr(state).Target!;
                using var scope = Scope.Open();
                function.restored = [.. Borrow(saved, nSaved).Select(t => t!)];
                var answers = function.Backward(Borrow(gradients, n));
                function.restored = [];
                if (answers.Length != nInputs)
                    throw new InvalidOperationException($"{function.GetType().Name}.Backward gave {answers.Length} gradients for {nInputs} inputs");
                for (var i = 0; i < nInputs; i++)
                {
                    if (answers[i] is not { } answer) continue;
                    NativeMethods.kt_retain(answer.Handle);
                    results[i] = answer.Handle;
                }
                return 0;
            }
            catch (Exception exception) { return Tell(exception, error, capacity); }
        }

        static Tensor?[] Borrow(nint* handles, int n)
        {
            var tensors = new Tensor?[n];
            for (var i = 0; i < n; i++)
            {
                if (handles[i] == 0) continue;
                NativeMethods.kt_retain(handles[i]);
                tensors[i] = new Tensor(handles[i]);
            }
            return tensors;
        }

        [UnmanagedCallersOnly]
        static void Release(nint state) => GCHandle.FromIntPtr(state).Free();
    }
}
