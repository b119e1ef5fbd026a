using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>One sample that a batch wants.</summary>
/// <param name="Row">Its number in the data set.</param>
/// <param name="Key">What its views are drawn from; null for the view without chance.</param>
public readonly record struct Wanted(int Row, RandomKey? Key);

/// <summary>Data that are held in memory and whose views cost nothing worth threads. A derived class makes views; order, plans and labels are done here.</summary>
/// <remarks>Views are drawn from (seed, epoch, sample), so that an epoch can begin anywhere; a sample that comes twice in an epoch is drawn like another one.</remarks>
public abstract class MemoryData : IData, ISeenAgain
{
    readonly int batch;
    readonly ulong seed;

    /// <summary>Data of so many samples.</summary>
    /// <param name="count">How many samples there are.</param>
    /// <param name="classes">The class names; empty without labels.</param>
    /// <param name="labels">One a sample, −1 for none; null without labels.</param>
    /// <param name="batch">Samples a step.</param>
    /// <param name="seed">Decides order and views.</param>
    protected MemoryData(int count, IReadOnlyList<string> classes, IReadOnlyList<int>? labels, int batch, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        (Count, Classes, Labels, this.batch, this.seed) = (count, classes, labels, batch, seed);
    }

    /// <summary>Makes the views of some samples, in the open scope.</summary>
    /// <param name="samples">Which, and what their views are drawn from.</param>
    /// <returns>In the order of the groups; one view is enough for looking without chance.</returns>
    protected abstract View[] Make(IReadOnlyList<Wanted> samples);

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels { get; }

    /// <inheritdoc/>
    public virtual IReadOnlyDictionary<string, IReadOnlyList<int>> Columns => new Dictionary<string, IReadOnlyList<int>>();

    /// <inheritdoc/>
    public virtual IReadOnlyDictionary<string, long> Inputs => new Dictionary<string, long>();

    /// <inheritdoc/>
    public virtual IEnumerable<SampleStamp> Stamps() => Enumerable.Range(0, Count).Select(i =>
        new SampleStamp(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"#{i}"), Labels?[i] ?? -1));

    /// <inheritdoc/>
    public virtual string Name(int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"#{index}");

    /// <inheritdoc/>
    public int StepsPerEpoch => Count / batch;

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Batches(int epoch, int skip, EpochPlan? plan, CancellationToken cancel)
    {
        var batches = plan?.Batches ?? [.. Shuffled(epoch).Chunk(batch).Take(StepsPerEpoch)];
        var comings = new Dictionary<int, int>();
        for (var b = 0; b < batches.Count; b++)
        {
            cancel.ThrowIfCancellationRequested();
            Wanted[] wanted = Array.ConvertAll(batches[b], row => new Wanted(row, new RandomKey(seed, epoch, row + ((long)Count * Coming(row)), 0)));
            if (b >= skip) yield return new Raw(this, wanted);
        }

        int Coming(int row) => comings[row] = comings.TryGetValue(row, out var before) ? before + 1 : 0;
    }

    /// <summary>Every sample once, in order, in the view without chance.</summary>
    public IEnumerable<IRawBatch> Plain(int batch, CancellationToken cancel = default) => InOrder(batch, _ => null, cancel);

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Drawn(ulong seed, int batch, CancellationToken cancel = default) => InOrder(batch, row => new RandomKey(seed, 0, row, 0), cancel);

    /// <summary>Its own training views, as they are mild enough.</summary>
    public virtual IData Mild(int batch, double crop, ulong seed) => this;

    IEnumerable<IRawBatch> InOrder(int size, Func<int, RandomKey?> key, CancellationToken cancel)
    {
        foreach (var rows in Enumerable.Range(0, Count).Chunk(size))
        {
            cancel.ThrowIfCancellationRequested();
            yield return new Raw(this, Array.ConvertAll(rows, row => new Wanted(row, key(row))));
        }
    }

    int[] Shuffled(int epoch)
    {
        int[] rows = [.. Enumerable.Range(0, Count)];
        new RandomKey(seed, epoch, -1, 0).Draws().Permutation(rows);
        return rows;
    }

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    sealed class Raw(MemoryData data, Wanted[] samples) : IRawBatch
    {
        public int Count => samples.Length;

        public double Waited => 0;

        public Batch Tensors() => new(data.Make(samples), Tensor.From<long>(Array.ConvertAll(samples, s => (long)s.Row)), Of(data.Labels))
        {
            Columns = data.Columns.ToDictionary(c => c.Key, c => Of(c.Value)!),
        };

        Tensor? Of(IReadOnlyList<int>? labels) => labels is null ? null : Tensor.From<long>(Array.ConvertAll(samples, s => (long)labels[s.Row]));
    }
}
