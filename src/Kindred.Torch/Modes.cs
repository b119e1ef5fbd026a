namespace Kindred.Torch;

/// <summary>No gradients are recorded on this thread while it is open.</summary>
/// <example><code>using (NoGradient.Begin()) { … }   var k = NoGradient.Of(() => key.Forward(x));</code></example>
public readonly struct NoGradient : IDisposable
{
    readonly bool before;

    NoGradient(bool before) => this.before = before;

    /// <summary>Whether recording is off on this thread.</summary>
    public static bool Active
    {
        get
        {
            Engine.Start();
            return NativeMethods.kt_grad_mode(-1) == 0;
        }
    }

    /// <summary>Switches recording off; dispose to restore what was before.</summary>
    public static NoGradient Begin()
    {
        Engine.Start();
        return new NoGradient(NativeMethods.kt_grad_mode(0) != 0);
    }

    /// <summary>Computes without recording, and keeps of all that is made only the result: no graph needs the rest.</summary>
    /// <param name="make">Makes a new tensor.</param>
    public static Tensor Of(Func<Tensor> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        using (Begin()) return Scope.Of(make);
    }

    /// <summary>Computes without recording.</summary>
    public static T Of<T>(Func<T> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        using (Begin()) return make();
    }

    /// <summary>Restores what was before.</summary>
    public void Dispose() => NativeMethods.kt_grad_mode(before ? 1 : 0);
}

/// <summary>Records gradients inside a region of <see cref="NoGradient"/>.</summary>
public readonly struct WithGradient : IDisposable
{
    readonly bool before;

    WithGradient(bool before) => this.before = before;

    /// <summary>Switches recording on; dispose to restore what was before.</summary>
    public static WithGradient Begin()
    {
        Engine.Start();
        return new WithGradient(NativeMethods.kt_grad_mode(1) != 0);
    }

    /// <summary>Restores what was before.</summary>
    public void Dispose() => NativeMethods.kt_grad_mode(before ? 1 : 0);
}

/// <summary>Evaluation without any bookkeeping; its results can never enter a graph. Regions end in reverse order on their thread.</summary>
public sealed class InferenceMode : IDisposable
{
    nint guard;

    InferenceMode(nint guard) => this.guard = guard;

    /// <summary>Enters the mode; dispose to leave it.</summary>
    public static InferenceMode Begin()
    {
        Engine.Start();
        return new InferenceMode(NativeMethods.kt_inference_enter());
    }

    /// <summary>Leaves the mode.</summary>
    public void Dispose()
    {
        var leaving = Interlocked.Exchange(ref guard, 0);
        if (leaving != 0) NativeMethods.kt_inference_leave(leaving);
    }
}

/// <summary>Convolutions and matrix products run in a shorter type on this thread while it is open.</summary>
/// <remarks>Casts of weights are cached until the outermost region ends, so change weights only outside.</remarks>
public readonly struct Autocast : IDisposable
{
    const int Keep = -1;

    readonly int device;
    readonly int before; // dtype * 2 + on, as the shim packs them

    Autocast(int device, int before) => (this.device, this.before) = (device, before);

    /// <summary>Switches autocast on for a kind of device; dispose to restore what was before.</summary>
    /// <exception cref="TorchException">This libtorch has no autocast to that type there (1.13 on the CPU: only <see cref="Dtype.BFloat16"/>).</exception>
    public static Autocast Begin(Device device, Dtype dtype) => Enter(device, 1, dtype.Code);

    /// <summary>Switches autocast off inside a region of it: for losses and statistics that need full precision.</summary>
    public static Autocast Suspend(Device device) => Enter(device, 0, Keep);

    /// <summary>The type that products run in on this thread and kind of device; null where autocast is off.</summary>
    public static Dtype? Current(Device device)
    {
        Engine.Start();
        var now = Checked(NativeMethods.kt_autocast(device.Type, Keep, Keep));
        return (now & 1) != 0 ? new Dtype(now >> 1) : null;
    }

    static Autocast Enter(Device device, int on, int dtype)
    {
        Engine.Start();
        var before = Checked(NativeMethods.kt_autocast(device.Type, on, dtype));
        NativeMethods.kt_autocast_nest(1);
        return new Autocast(device.Type, before);
    }

    static int Checked(int code)
    {
        TorchException.Check(code, "autocast");
        return code;
    }

    /// <summary>Restores what was before.</summary>
    public void Dispose()
    {
        NativeMethods.kt_autocast_nest(-1);
        NativeMethods.kt_autocast(device, before & 1, before >> 1);
    }
}
