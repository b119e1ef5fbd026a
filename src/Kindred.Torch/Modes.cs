namespace Kindred.Torch;

/// <summary>No gradients are recorded on this thread while it is open.</summary>
/// <example><code>using (NoGradient.Begin()) { … }   var k = NoGradient.Of(() => key.Forward(x));</code></example>
public readonly struct NoGradient : IDisposable
{
    readonly bool before;

    NoGradient(bool before) => this.before = before;

    /// <summary>Switches recording off; dispose to restore what was before.</summary>
    public static NoGradient Begin()
    {
        Engine.Start();
        return new NoGradient(NativeMethods.kt_grad_mode(0) != 0);
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
    readonly int device;
    readonly bool before;
    readonly int dtype;

    Autocast(int device, bool before, int dtype) => (this.device, this.before, this.dtype) = (device, before, dtype);

    /// <summary>Switches autocast on for a kind of device; dispose to restore what was before.</summary>
    public static Autocast Begin(Device device, Dtype dtype) => Enter(device, true, dtype);

    /// <summary>Switches autocast off inside a region of it: for losses and statistics that need full precision.</summary>
    public static Autocast Suspend(Device device) => Enter(device, false, Dtype.BFloat16);

    static Autocast Enter(Device device, bool on, Dtype dtype)
    {
        Engine.Start();
        var before = NativeMethods.kt_autocast(device.Type, on ? 1 : 0, dtype.Code);
        NativeMethods.kt_autocast_nest(1);
        return new Autocast(device.Type, before != 0, dtype.Code);
    }

    /// <summary>Restores what was before.</summary>
    public void Dispose()
    {
        NativeMethods.kt_autocast_nest(-1);
        NativeMethods.kt_autocast(device, before ? 1 : 0, dtype);
    }
}
