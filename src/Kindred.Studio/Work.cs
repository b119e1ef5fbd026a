namespace Kindred.Studio;

/// <summary>Costly drawings are made one at a time, and few wait: a training on the same machine goes first.</summary>
sealed class Work : IDisposable
{
    const int MostWaiting = 8;

    readonly SemaphoreSlim turn = new(1);
    int waiting;

    /// <summary>Does something when its turn has come.</summary>
    /// <exception cref="EnvironmentException">Too many wait.</exception>
    internal async Task<T> Do<T>(Func<T> make, CancellationToken cancel)
    {
        if (Interlocked.Increment(ref waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref waiting);
            throw new EnvironmentException("Too much is being drawn already; try again in a moment.");
        }
        try
        {
            await turn.WaitAsync(cancel);
            try { return await Task.Run(make, cancel); }
            finally { turn.Release(); }
        }
        finally { Interlocked.Decrement(ref waiting); }
    }

    public void Dispose() => turn.Dispose();
}
