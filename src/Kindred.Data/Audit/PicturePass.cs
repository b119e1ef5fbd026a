using System.Runtime.ExceptionServices;
using Kindred.Data.Loading;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;

namespace Kindred.Data.Audit;

/// <summary>Visits every picture of a source once, on several threads; unusable ones are collected.</summary>
static class PicturePass
{
    const int Piece = 32;

    /// <summary>Looks at one picture.</summary>
    /// <param name="reader">The thread's reader.</param>
    /// <param name="index">Which picture.</param>
    /// <param name="state">The thread's own state.</param>
    internal delegate void Visit<TState>(PictureReader reader, int index, TState state);

    /// <summary>Runs a visit over all pictures.</summary>
    /// <param name="source">The pictures.</param>
    /// <param name="open">Makes a thread's state.</param>
    /// <param name="visit">Looks at one picture; a <see cref="PictureException"/> makes it a bad one.</param>
    /// <param name="cancel">Stops.</param>
    /// <param name="progress">Is told how many are done, now and then.</param>
    /// <returns>The states, and the bad pictures in order.</returns>
    internal static (IReadOnlyList<TState> States, IReadOnlyList<BadSample> Bad) Run<TState>(
        IPictures source, Func<TState> open, Visit<TState> visit, CancellationToken cancel = default, IProgress<int>? progress = null)
    {
        var (states, bad) = (new List<TState>(), new List<BadSample>());
        ExceptionDispatchInfo? failure = null;
        var (next, done) = (0, 0);
        var threads = new Thread[Math.Min(8, Environment.ProcessorCount)];
        for (var t = 0; t < threads.Length; t++)
        {
            threads[t] = new(Work) { IsBackground = true, Name = "kindred audit" };
            threads[t].Start();
        }
        foreach (var thread in threads)
            thread.Join();
        failure?.Throw();
        cancel.ThrowIfCancellationRequested();
        return (states, [.. bad.OrderBy(sample => sample.Index)]);

        void Work()
        {
            try
            {
                using var reader = source.Open();
                var state = open();
                lock (states)
                    states.Add(state);
                for (int first; !cancel.IsCancellationRequested && Volatile.Read(ref failure) is null && (first = Interlocked.Add(ref next, Piece) - Piece) < source.Count;)
                {
                    for (var index = first; index < Math.Min(first + Piece, source.Count); index++)
                        Look(reader, index, state);
                    progress?.Report(Interlocked.Add(ref done, Piece));
                }
            }
            catch (Exception exception)
            {
                Volatile.Write(ref failure, ExceptionDispatchInfo.Capture(exception));
            }
        }

        void Look(PictureReader reader, int index, TState state)
        {
            try
            {
                visit(reader, index, state);
            }
            catch (PictureException exception)
            {
                lock (bad)
                    bad.Add(new(index, source.Name(index), exception.Message));
            }
        }
    }
}
