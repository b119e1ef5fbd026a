using System.Globalization;

namespace Kindred.Data.Loading;

/// <summary>The threads of a loader; they live as long as it does and work on one epoch at a time.</summary>
sealed class WorkerCrew : IDisposable
{
    readonly object gate = new();
    readonly SamplePlan plan;
    readonly IReadOnlyDictionary<int, string> unusable;
    readonly Thread[] threads;
    SampleMaker? here;
    LoaderRun? current;
    bool ended;

    internal WorkerCrew(SamplePlan plan, IReadOnlyDictionary<int, string> unusable, int count)
    {
        (this.plan, this.unusable) = (plan, unusable);
        threads = new Thread[count];
        for (var i = 0; i < count; i++)
        {
            threads[i] = new(Work) { IsBackground = true, Name = string.Create(CultureInfo.InvariantCulture, $"kindred loader {i}") };
            threads[i].Start();
        }
    }

    internal int Count => threads.Length;

    internal bool Idle => Volatile.Read(ref current) is null;

    internal void Begin(LoaderRun run)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(ended, typeof(Loader));
            current = run;
            Monitor.PulseAll(gate);
        }
    }

    internal void End(LoaderRun run)
    {
        run.Stop();
        lock (gate)
            current = null;
    }

    /// <summary>Makes the next batch on the calling thread.</summary>
    internal void MakeHere(LoaderRun run, CancellationToken cancel)
    {
        here ??= new(plan);
        if (!run.Take(out var piece))
            return;
        try
        {
            Make(here, run, piece, cancel);
        }
        finally
        {
            run.Done(piece);
        }
    }

    void Work()
    {
        SampleMaker? maker = null;
        LoaderRun? last = null;
        while (NextRun(last) is { } run)
        {
            last = run;
            while (run.Take(out var piece))
            {
                try
                {
                    maker ??= new(plan);
                    Make(maker, run, piece, CancellationToken.None);
                }
                catch (Exception exception)
                {
                    piece.Slot.Fail(piece.First, exception);
                }
                finally
                {
                    run.Done(piece);
                }
            }
        }
        maker?.Dispose();
    }

    void Make(SampleMaker maker, LoaderRun run, in LoaderRun.Piece piece, CancellationToken cancel)
    {
        for (var position = piece.First; position < piece.First + piece.Count && !run.Stopped; position++)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                if (run.Makes(position, piece.Slot.Batch.Count)) maker.Fill(piece.Slot, position, run.Epoch, unusable);
            }
            catch (Exception exception)
            {
                // Whatever an operation throws belongs to the asker, at this batch's turn.
                piece.Slot.Fail(position, exception);
                return;
            }
        }
    }

    LoaderRun? NextRun(LoaderRun? last)
    {
        lock (gate)
        {
            while (!ended && (current is null || current == last))
                Monitor.Wait(gate);
            return ended ? null : current;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (ended)
                return;
            ended = true;
            current?.Stop();
            Monitor.PulseAll(gate);
        }
        foreach (var thread in threads)
            thread.Join();
        here?.Dispose();
    }
}
