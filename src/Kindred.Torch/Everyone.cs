using System.Security.Cryptography;
using System.Text;

namespace Kindred.Torch;

/// <summary>The processes that train one model together. Alone, everything here is the identity.</summary>
/// <remarks>
/// Each process encodes a stretch of the batch's rows (<see cref="Share"/>) and gathers everybody's; from there on all compute the same thing on the whole
/// batch: heads, losses, queues, prototypes. So every method's negatives and statistics are those of one process with the same batch. The gradient that
/// goes back through <see cref="Gather"/> is that of the own rows times the number of processes, so that averaging gradients
/// (<see cref="AverageGradients"/>) is right for encoders and heads alike.
/// </remarks>
public static class Everyone
{
    static ProcessGroup? group;
    [ThreadStatic] static bool sharing, apart;

    /// <summary>Which process this is, from 0; rank 0 writes.</summary>
    public static int Rank => apart ? 0 : group?.Rank ?? 0;

    /// <summary>How many processes there are.</summary>
    public static int Count => apart ? 1 : group?.Count ?? 1;

    /// <summary>Whether there is nobody else.</summary>
    public static bool Alone => Count == 1;

    /// <summary>Seconds that this process has spent exchanging tensors with the others and waiting for them.</summary>
    public static double Seconds => group?.Seconds ?? 0;

    /// <summary>Whether the rows at hand are this process's own share: statistics over the batch have to be summed with the others'.</summary>
    public static bool Sharing => sharing;

    /// <summary>Meets the others, if the environment names any.</summary>
    /// <returns>Leaves them again; null alone.</returns>
    /// <exception cref="EnvironmentException">They did not come.</exception>
    public static IDisposable? Meet() => Processes.Here is { Count: > 1 } here ? Meet(here) : null;

    /// <summary>Meets the others.</summary>
    /// <param name="processes">Who and where.</param>
    /// <exception cref="EnvironmentException">They did not come.</exception>
    public static IDisposable Meet(Processes processes)
    {
        if (group is not null) throw new InvalidOperationException("this process has met the others already");
        group = ProcessGroup.Meet(processes);
        return new Leaving();
    }

    /// <summary>The stretch of rows that a process encodes.</summary>
    /// <param name="rows">Of how many.</param>
    /// <param name="rank">Which process; this one unless given.</param>
    public static (long First, long Count) Share(long rows, int? rank = null)
    {
        var r = rank ?? Rank;
        var (first, end) = (r * rows / Count, (r + 1) * rows / Count);
        return (first, end - first);
    }

    /// <summary>Whether as many rows are shared out: each process needs one at least.</summary>
    /// <param name="rows">How many.</param>
    public static bool Shares(long rows) => !sharing && !Alone && rows >= Count;

    /// <summary>Runs what works on this process's share of the rows only. What it draws at random differs from process to process, and leaves all with the same generator.</summary>
    /// <typeparam name="T">What comes of it.</typeparam>
    /// <param name="work">The work.</param>
    public static T OnShare<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (sharing || Alone) return work();
        var common = Generator.Default.State;
        if (Rank > 0) Generator.Default.Seed(unchecked(BitConverter.ToInt64(SHA256.HashData(common)) + Rank));
        var began = Rank > 0 ? Generator.Default.State : common;
        sharing = true;
        try
        {
            var made = work();
            var drew = !began.AsSpan().SequenceEqual(Generator.Default.State);
            Generator.Default.State = common;
            if (drew) Tensor.Rand([1]).Dispose();                    // the next share draws anew, everywhere from the same state
            return made;
        }
        finally { sharing = false; }
    }

    /// <summary>Everybody's rows, in the order of ranks: `[n, …]` → `[N, …]`. Differentiable.</summary>
    /// <param name="own">This process's share, as <see cref="Share"/> has it.</param>
    /// <param name="rows">N.</param>
    public static Tensor Gather(Tensor own, long rows)
    {
        ArgumentNullException.ThrowIfNull(own);
        return Alone ? own : new Gathering(group!, rows).Apply(own);
    }

    /// <summary>What each process has, by rank.</summary>
    /// <param name="own">Of one shape and type everywhere, contiguous.</param>
    public static Tensor[] Each(Tensor own)
    {
        ArgumentNullException.ThrowIfNull(own);
        return Alone ? [own] : group!.Gather(own);
    }

    /// <summary>Every process's bytes, by rank; of any length each.</summary>
    /// <param name="own">This one's.</param>
    public static byte[][] Each(byte[] own)
    {
        ArgumentNullException.ThrowIfNull(own);
        if (Alone) return [own];
        using var scope = Scope.Open();
        var lengths = Array.ConvertAll(group!.Gather(Tensor.From<long>([own.Length])), t => (int)t.ItemLong());
        var most = lengths.Max();
        if (most == 0) return Array.ConvertAll(lengths, _ => Array.Empty<byte>());
        var padded = new byte[most];
        own.CopyTo(padded, 0);
        return [.. group.Gather(Tensor.From<byte>(padded)).Select((t, rank) => t.ToArray<byte>()[..lengths[rank]])];
    }

    /// <summary>The sum over all processes. Differentiable: everybody's gradient counts.</summary>
    /// <param name="own">Of one shape everywhere.</param>
    public static Tensor Sum(Tensor own)
    {
        ArgumentNullException.ThrowIfNull(own);
        return Alone ? own : new Summing(group!).Apply(own);
    }

    /// <summary>Averages gradients over all processes while the backward pass makes them.</summary>
    /// <param name="bucket">Numbers that travel together.</param>
    /// <exception cref="InvalidOperationException">There is nobody else.</exception>
    public static GradientAverage AverageGradients(long bucket = GradientAverage.Bucket) =>
        new(Alone ? throw new InvalidOperationException("alone, gradients are their own average") : group!, bucket);

    /// <summary>Whether any process says so: all hear the same answer.</summary>
    /// <param name="own">What this one says.</param>
    public static bool Any(bool own)
    {
        if (Alone) return own;
        using var said = Tensor.From<float>([own ? 1 : 0]);
        group!.Max(said);
        return said.Item() > 0;
    }

    /// <summary>Every process gets rank 0's values, in place.</summary>
    /// <param name="tensor">Of one shape and type everywhere.</param>
    public static void FromFirst(Tensor tensor)
    {
        if (!Alone) group!.Broadcast(tensor);
    }

    /// <summary>Rank 0's bytes; what another rank gives is not looked at.</summary>
    /// <param name="own">This one's.</param>
    public static byte[] FromFirst(byte[] own)
    {
        ArgumentNullException.ThrowIfNull(own);
        if (Alone) return own;
        using var scope = Scope.Open();
        var length = Tensor.From<long>([own.Length]);
        group!.Broadcast(length);
        var bytes = Rank == 0 ? Tensor.From<byte>(own) : Tensor.Empty([length.ItemLong()], Dtype.UInt8);
        if (bytes.Numel > 0) group.Broadcast(bytes);
        return bytes.ToArray<byte>();
    }

    /// <summary>This process does something for itself, which the others need not know of: until the result is disposed it is alone.</summary>
    public static IDisposable Apart() => new Together(apart);

    /// <summary>Every process's text of at most 256 bytes, by rank.</summary>
    /// <param name="own">This one's.</param>
    public static string[] Tell(string own)
    {
        ArgumentNullException.ThrowIfNull(own);
        if (Alone) return [own];
        using var scope = Scope.Open();
        var bytes = new byte[256];
        Encoding.UTF8.GetBytes(own, bytes);
        return Array.ConvertAll(group!.Gather(Tensor.From<byte>(bytes)), t => Encoding.UTF8.GetString(t.ToArray<byte>()).TrimEnd('\0'));
    }

    sealed class Together : IDisposable
    {
        readonly bool before;

        internal Together(bool before)
        {
            this.before = before;
            apart = true;
        }

        public void Dispose() => apart = before;
    }

    sealed class Leaving : IDisposable
    {
        public void Dispose()
        {
            group?.Dispose();
            group = null;
        }
    }

    sealed class Gathering(ProcessGroup group, long rows) : Autograd.Function
    {
        long own;

        protected override Tensor[] Forward(Tensor[] inputs)
        {
            own = inputs[0].Size(0);
            var most = Enumerable.Range(0, group.Count).Max(rank => Share(rows, rank).Count);
            var shape = inputs[0].Shape;
            var padded = (inputs[0].Dtype == Dtype.BFloat16 ? inputs[0].To(Dtype.Float32) : inputs[0]).Contiguous();   // Gloo knows no bf16
            if (own < most)
            {
                shape[0] = most - own;
                padded = Tensor.Cat([padded, Tensor.Zeros(shape, padded.Dtype, padded.Device)]);
            }
            var all = group.Gather(padded);
            return [Tensor.Cat([.. all.Select((t, rank) => t.Narrow(0, 0, Share(rows, rank).Count))]).To(inputs[0].Dtype)];
        }

        protected override Tensor?[] Backward(Tensor?[] gradients) => [gradients[0]!.Narrow(0, Share(rows).First, own) * group.Count];
    }

    sealed class Summing(ProcessGroup group) : Autograd.Function
    {
        protected override Tensor[] Forward(Tensor[] inputs) => [Summed(inputs[0])];

        protected override Tensor?[] Backward(Tensor?[] gradients) => [Summed(gradients[0]!)];

        Tensor Summed(Tensor x)
        {
            var sum = x.Clone().Contiguous();
            group.Sum(sum);
            return sum;
        }
    }
}
