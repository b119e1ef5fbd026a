using System.Runtime.InteropServices;

namespace Kindred.Torch;

/// <summary>Averages gradients over all processes while a backward pass goes on: what is ready travels while the rest is computed.</summary>
/// <remarks>
/// <para>Leaves are put into buckets, the last ones first, since backward passes reach those first. A bucket whose gradients are all there is on its way at once, provided that those
/// before it are: every process begins the same sums in the same order, whatever order its own gradients come in. That order is the one in which rank 0's buckets were full in the first
/// pass, in which nothing travels early. It moves no bits, as what lies in a bucket, and where, never changes.</para>
/// <para>Each bucket also carries, for each leaf, how many processes have a gradient. One that has none counts as zero and gets the others'; where nobody has one there is none afterwards.</para>
/// <para>For one player's leaves; used step by step: <see cref="Begin"/>, backward passes, the last of them within <see cref="Watch"/>, <see cref="Finish"/>. After an error
/// <see cref="Begin"/> begins anew.</para>
/// </remarks>
public sealed class GradientAverage
{
    /// <summary>Numbers in a bucket unless another size is asked for: about 4 MB, large enough for the network, small enough to be copied in the cache.</summary>
    public const long Bucket = 1 << 20;

    readonly ProcessGroup group;
    readonly long size;
    readonly List<int> full = [];
    Tensor[] leaves = [];
    Part[] parts = [];
    Part?[] of = [];
    int[]? order;
    int begun;

    internal GradientAverage(ProcessGroup group, long size) => (this.group, this.size) = (group, size);

    /// <summary>How many buckets the last <see cref="Finish"/> found on their way already.</summary>
    public int Early { get; private set; }

    /// <summary>How many buckets there are.</summary>
    public int Buckets => parts.Length;

    /// <summary>Another step begins.</summary>
    /// <param name="leaves">Tensors that may get a gradient, in the same order everywhere.</param>
    public void Begin(IReadOnlyList<Tensor> leaves)
    {
        ArgumentNullException.ThrowIfNull(leaves);
        foreach (var part in parts) part.Abandon();
        var before = parts.Length;
        this.leaves = [.. leaves];
        parts = [.. Split()];
        of = new Part?[leaves.Count];
        foreach (var part in parts)
            foreach (var i in part.Members) of[i] = part;
        if (parts.Length != before) order = null;
        full.Clear();
        begun = 0;
    }

    /// <summary>While the last backward pass of the step runs: buckets are on their way as soon as they are full.</summary>
    /// <returns>To be disposed after the pass.</returns>
    public IDisposable Watch() => Autograd.Watch(leaves, Accumulated);

    /// <summary>Waits until every gradient is the average over all processes.</summary>
    /// <exception cref="EnvironmentException">Another process is gone.</exception>
    public void Finish()
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        Early = begun;
        var inOrder = order ?? [.. Enumerable.Range(0, parts.Length)];
        for (; begun < parts.Length; begun++) parts[inOrder[begun]].Send(group, leaves);
        foreach (var i in inOrder) parts[i].Receive(group.Count, leaves);
        order ??= Agreed();
    }

    // On the processor alone: another device's passes run on threads of their own.
    void Accumulated(int leaf)
    {
        if (of[leaf] is not { } part) return;
        if (part.Sent) throw new InvalidOperationException("a gradient was added to after its average was begun: a backward pass reaches each leaf once, and the last one of a step alone is watched");
        if (!part.Filled(leaf)) return;
        full.Add(Array.IndexOf(parts, part));
        if (order is null) return;
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        for (; begun < parts.Length && parts[order[begun]].Full; begun++) parts[order[begun]].Send(group, leaves);
    }

    // Rank 0's order; what was not full during the pass comes last.
    int[] Agreed()
    {
        int[] own = [.. full, .. Enumerable.Range(0, parts.Length).Except(full)];
        using var told = Tensor.From<long>([.. own.Select(i => (long)i)]);
        if (own.Length > 0) group.Broadcast(told);
        return [.. told.ToArray<long>().Select(i => (int)i)];
    }

    // Leaves of one type and device, the last ones first; the first bucket is a small one, so that something travels soon.
    IEnumerable<Part> Split()
    {
        foreach (var alike in Enumerable.Range(0, leaves.Length).Reverse().Where(i => leaves[i].RequiresGrad).GroupBy(i => (leaves[i].Dtype, leaves[i].Device)))
        {
            List<int> members = [];
            var (filled, most) = (0L, Math.Max(1, size / 4));
            foreach (var i in alike)
            {
                members.Add(i);
                if ((filled += leaves[i].Numel) < most) continue;
                yield return new([.. members], alike.Key.Device == Device.Cpu);
                (filled, most) = (0, size);
                members.Clear();
            }
            if (members.Count > 0) yield return new([.. members], alike.Key.Device == Device.Cpu);
        }
    }

    sealed class Part(int[] members, bool early)
    {
        readonly HashSet<int> missing = [.. members];
        Tensor? flat;
        PendingSum? pending;

        internal int[] Members => members;

        internal bool Full => early && missing.Count == 0;

        internal bool Sent { get; private set; }

        // Whether this one was the last.
        internal bool Filled(int leaf) => missing.Remove(leaf) && missing.Count == 0 && early;

        internal void Send(ProcessGroup group, Tensor[] leaves)
        {
            var has = new float[members.Length];
            Tensor Values(int i)
            {
                var leaf = leaves[members[i]];
                if (leaf.Grad is not { } gradient) return Tensor.Zeros([leaf.Numel], leaf.Dtype, leaf.Device);
                has[i] = 1;
                return gradient.Reshape([-1]);
            }
            Tensor[] values = [.. members.Select((_, i) => Values(i))];
            var counts = Tensor.From<float>(has).To(values[0].Dtype).To(values[0].Device);
            flat = Scope.Release(Tensor.Cat([.. values, counts]));
            pending = group.BeginSum(flat);
            Sent = true;
        }

        internal void Receive(int processes, Tensor[] leaves)
        {
            pending!.Wait();
            var (sum, at) = (flat!, 0L);
            var has = sum.Narrow(0, sum.Numel - members.Length, members.Length).To(Dtype.Float32).ToArray<float>();
            sum.Mul_(1.0 / processes);
            for (var i = 0; i < members.Length; i++)
            {
                var leaf = leaves[members[i]];
                var mean = sum.Narrow(0, at, leaf.Numel).View(leaf.Shape);
                if (leaf.Grad is { } gradient) gradient.Copy_(mean);
                else if (has[i] > 0) leaf.Grad = mean.Clone();
                at += leaf.Numel;
            }
            Abandon();
        }

        internal void Abandon()
        {
            pending?.Dispose();
            flat?.Dispose();
            (pending, flat) = (null, null);
        }
    }
}
