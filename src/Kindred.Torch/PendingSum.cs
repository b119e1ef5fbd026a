namespace Kindred.Torch;

/// <summary>A sum over all processes that is under way.</summary>
public sealed class PendingSum : IDisposable
{
    readonly Action<nint> wait;
    nint work;

    internal PendingSum(nint work, Action<nint> wait) => (this.work, this.wait) = (work, wait);

    /// <summary>Waits for its end; then the tensor has the sum.</summary>
    /// <exception cref="EnvironmentException">Another process is gone.</exception>
    public void Wait()
    {
        ObjectDisposedException.ThrowIf(work == 0, this);
        try { wait(work); }
        finally { Dispose(); }
    }

    /// <summary>Lets go of it without waiting, for who has to give up. The tensor lives until the sum has ended.</summary>
    public void Dispose()
    {
        if (work != 0) NativeMethods.kt_work_free(work);
        work = 0;
    }
}
