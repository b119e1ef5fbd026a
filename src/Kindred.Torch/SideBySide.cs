using System.Runtime.ExceptionServices;

namespace Kindred.Torch;

/// <summary>Runs a few pieces of tensor work at the same time, each on a thread and a core of its own.</summary>
/// <remarks>
/// Small operators do not gain from several threads each; several of them at once do. Operators on these threads use one thread
/// themselves. A tensor that leaves a piece must be released from the thread's scope (<see cref="Scope.Release"/>); the caller adopts it by <see cref="Scope.Return"/>.
/// </remarks>
public static class SideBySide
{
    static readonly Lock gate = new();
    static readonly List<Worker> workers = [];

    /// <summary>Runs <paramref name="work"/> for 0 … count − 1 and waits for all; the first exception is thrown on.</summary>
    public static void Run(int count, Action<int> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        lock (gate)
        {
            while (workers.Count < count) Hire();
            for (var i = 0; i < count; i++) workers[i].Begin(work, i);
            Exception? failure = null;
            for (var i = 0; i < count; i++) failure = workers[i].End() is { } own ? failure ?? own : failure;
            if (failure is not null) ExceptionDispatchInfo.Throw(failure);
        }
    }

    // libtorch's number of threads is kept per thread, but each setting also becomes the default of threads that come later.
    static void Hire()
    {
        var before = Engine.Threads;
        workers.Add(new Worker(workers.Count));
        NativeMethods.kt_set_threads(before);
    }

    sealed class Worker
    {
        readonly SemaphoreSlim begun = new(0), ended = new(0);
        Action<int>? work;
        int piece;
        Exception? failure;

        public Worker(int number)
        {
            new Thread(Live) { IsBackground = true, Name = $"kindred shard {number}" }.Start();
            ended.Wait();
        }

        public void Begin(Action<int> what, int which)
        {
            (work, piece, failure) = (what, which, null);
            begun.Release();
        }

        public Exception? End()
        {
            ended.Wait();
            work = null;
            return failure;
        }

        void Live()
        {
            NativeMethods.kt_set_threads(1);
            NativeMethods.kt_flush_denormal(1);
            ended.Release();
            while (true)
            {
                begun.Wait();
                try { work!(piece); }
                catch (Exception exception) { failure = exception; }
                ended.Release();
            }
        }
    }
}
