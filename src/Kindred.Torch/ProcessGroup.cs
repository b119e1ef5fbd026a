using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Kindred.Torch;

/// <summary>The processes of one training, connected: libtorch's own c10d with Gloo, for tensors of the processor.</summary>
/// <remarks>
/// Every process makes the same calls in the same order. One that dies is noticed at once, one that is silent after the timeout; either ends the group for
/// all, with a message that names who is missing: each process writes a heartbeat and the number of calls that it has made into the store where they met.
/// Sums that are begun and awaited later (<see cref="BeginSum"/>) travel over connections of their own, so that their order among the other calls need not be the same everywhere.
/// </remarks>
public sealed unsafe class ProcessGroup : IDisposable
{
    static readonly TimeSpan beat = TimeSpan.FromSeconds(1);

    readonly Stopwatch clock = Stopwatch.StartNew();
    readonly Processes processes;
    readonly nint store, group, aside;
    readonly Timer heart;
    readonly Lock gate = new();
    long calls, ticks;
    bool disposed;

    ProcessGroup(Processes processes, nint store, nint group, nint aside)
    {
        (this.processes, this.store, this.group, this.aside) = (processes, store, group, aside);
        heart = new(_ => Beat(), null, TimeSpan.Zero, beat);
    }

    /// <summary>Which process this is, from 0.</summary>
    public int Rank => processes.Rank;

    /// <summary>How many there are.</summary>
    public int Count => processes.Count;

    /// <summary>Seconds spent in calls to the others, waiting for them included.</summary>
    public double Seconds => TimeSpan.FromTicks(Interlocked.Read(ref ticks)).TotalSeconds;

    /// <summary>Meets the others: returns when all are there.</summary>
    /// <param name="processes">Who and where.</param>
    /// <exception cref="EnvironmentException">They did not come in time, or cannot be reached.</exception>
    public static ProcessGroup Meet(Processes processes)
    {
        ArgumentNullException.ThrowIfNull(processes);
        Engine.Start();
        var timeout = (long)processes.Timeout.TotalMilliseconds;
        nint store = 0;
        nint Open(string name)
        {
            TorchException.Check(NativeMethods.kt_group_open(store, name, processes.Rank, processes.Count, timeout, processes.Interface, out var opened), "connect");
            return opened;
        }
        try
        {
            TorchException.Check(NativeMethods.kt_store_open(processes.Host, processes.Port, processes.Count, processes.Rank == 0 ? 1 : 0, timeout, out store), "meet");
            return new(processes, store, Open("kindred"), Open("aside"));
        }
        catch (TorchException e)
        {
            if (store != 0) NativeMethods.kt_store_free(store);
            throw new EnvironmentException($"rank {processes.Rank} of {processes.Count} did not meet the others at {processes.Host}:{processes.Port} within {processes.Timeout.TotalSeconds:0} s: "
                + $"{Plain(e)} Are all {processes.Count} processes started with the same MASTER_ADDR, MASTER_PORT and WORLD_SIZE, and is the port free?", e);
        }
    }

    /// <summary>Every process's tensor becomes the sum over all of them.</summary>
    /// <param name="tensor">Of one shape and type everywhere; changed in place.</param>
    public void Sum(Tensor tensor) => Reduce(tensor, 0);

    /// <summary>Every process's tensor becomes the largest of all of them, element by element.</summary>
    /// <param name="tensor">Of one shape and type everywhere; changed in place.</param>
    public void Max(Tensor tensor) => Reduce(tensor, 3);

    /// <summary>Begins a sum, so that something else can be done meanwhile, other calls among it. Those that are begun are begun in the same order everywhere.</summary>
    /// <param name="tensor">Of one shape and type everywhere; changed in place, and not to be touched before the sum has been awaited.</param>
    public PendingSum BeginSum(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var pending = new nint[1];
        Call("begin a sum", () => { fixed (nint* work = pending) return NativeMethods.kt_all_reduce(aside, tensor.Handle, 0, work); }, tensor);
        return new(pending[0], work => Call("end a sum", () => NativeMethods.kt_work_wait(work), tensor));
    }

    /// <summary>Every process gets what one of them has.</summary>
    /// <param name="tensor">Of one shape and type everywhere; changed in place.</param>
    /// <param name="from">Whose.</param>
    public void Broadcast(Tensor tensor, int from = 0)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Call("broadcast", () => NativeMethods.kt_broadcast(group, tensor.Handle, from), tensor);
    }

    /// <summary>What every process has, by rank.</summary>
    /// <param name="tensor">Of one shape and type everywhere, contiguous.</param>
    public Tensor[] Gather(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var results = new Tensor[Count];
        for (var i = 0; i < results.Length; i++) results[i] = Tensor.Empty(tensor.Shape, tensor.Dtype, tensor.Device);
        var handles = Array.ConvertAll(results, t => t.Handle);
        Call("gather", () => { fixed (nint* outputs = handles) return NativeMethods.kt_all_gather(group, outputs, handles.Length, tensor.Handle); }, tensor);
        return results;
    }

    void Reduce(Tensor tensor, int operation)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Call("sum", () => NativeMethods.kt_all_reduce(group, tensor.Handle, operation, null), tensor);
    }

    void Call(string what, Func<int> call, Tensor tensor)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var began = clock.Elapsed;
        var number = Interlocked.Increment(ref calls);
        try
        {
            TorchException.Check(call(), what, tensor);
            Interlocked.Add(ref ticks, (clock.Elapsed - began).Ticks);
        }
        catch (TorchException e)
        {
            throw new EnvironmentException($"rank {Rank} of {Count}: call {number} to the others ({what}) failed after {(clock.Elapsed - began).TotalSeconds:0.0} s: {Missing(number)} "
                + $"({Plain(e)}) The last checkpoint is untouched; `kindred launch --max-restarts` starts all of them again from it.", e);
        }
    }

    void Beat()
    {
        lock (gate)
        {
            if (!disposed) NativeMethods.kt_store_set(store, $"beat/{Rank}", string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetTimestamp()} {Interlocked.Read(ref calls)}"));
        }
    }

    // Who has stopped beating, or else who is furthest behind. Two looks at the store: clocks of different machines cannot be compared.
    string Missing(long number)
    {
        const string gone = "rank 0, where all meet, no longer answers.";
        if (Look() is not { } before) return gone;
        Thread.Sleep(beat * 2.5);
        if (Look() is not { } after) return gone;
        int[] silent = [.. Enumerable.Range(0, Count).Where(r => r != Rank && before[r].Beat == after[r].Beat)];
        if (silent.Length > 0) return $"{Named(silent)} no longer answer{(silent.Length == 1 ? "s" : "")}.";
        int[] behind = [.. Enumerable.Range(0, Count).Where(r => r != Rank && after[r].Calls < number)];
        return behind.Length > 0 ? $"{Named(behind)} {(behind.Length == 1 ? "is" : "are")} behind, at call {behind.Min(r => after[r].Calls)}." : "all processes answer, but the connection is broken.";
    }

    // A store whose process is frozen would keep one waiting for ever.
    (string Beat, long Calls)[]? Look()
    {
        var looking = Task.Run(Looks);
        return looking.Wait(beat * 5) ? looking.Result : null;
    }

    static string Named(int[] ranks) => $"rank{(ranks.Length == 1 ? "" : "s")} {string.Join(", ", ranks)}";

    (string Beat, long Calls)[]? Looks()
    {
        var looks = new (string, long)[Count];
        var buffer = stackalloc byte[64];
        for (var rank = 0; rank < Count; rank++)
        {
            int length;
            lock (gate) length = disposed ? -1 : NativeMethods.kt_store_get(store, $"beat/{rank}", buffer, 64);
            if (length < 0) return null;
            var parts = Encoding.ASCII.GetString(buffer, length).Split(' ');
            looks[rank] = (parts[0], parts.Length == 2 ? long.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        }
        return looks;
    }

    // libtorch's text without its source file.
    static string Plain(TorchException e)
    {
        var text = e.Message.Split('\n')[0];
        var end = text.LastIndexOf("] ", StringComparison.Ordinal);
        return $"{(end >= 0 ? text[(end + 2)..] : text).TrimEnd('.')}.";
    }

    /// <summary>Leaves the group.</summary>
    public void Dispose()
    {
        if (!gate.TryEnter(beat * 2)) return;               // a heartbeat hangs in a store that is gone, and the process is about to end
        try
        {
            if (disposed) return;
            disposed = true;
        }
        finally { gate.Exit(); }
        heart.Dispose();
        NativeMethods.kt_group_free(aside);
        NativeMethods.kt_group_free(group);
        NativeMethods.kt_store_free(store);
    }
}
