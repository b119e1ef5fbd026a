using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Kindred.Data.Files;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Io;
using Kindred.Randomness;

namespace Kindred.Data.Loading;

/// <summary>Turns a source into batches of random views, ahead of the asker, on threads of its own.</summary>
/// <remarks>
/// The stream depends on source, view groups, batch size and seed alone: every number is drawn from (seed, epoch, sample, view), so any
/// count of workers gives the same bytes, and an epoch can start at any batch without decoding what comes before.
/// Memory is taken once; a picture costs no allocation.
/// </remarks>
public sealed class Loader : IDisposable
{
    readonly LoaderOptions options;
    readonly SamplePlan plan;
    LoaderSlot[] slots = [];
    readonly WorkerCrew crew;
    readonly ConcurrentDictionary<int, string> unusable = new();
    readonly List<BadSample> bad = [];
    int[] permutation = [];
    bool running;

    /// <summary>Prepares threads and memory.</summary>
    /// <param name="source">The pictures; the loader does not dispose of them.</param>
    /// <param name="groups">What views each picture gives.</param>
    /// <param name="options">Order, sizes, threads.</param>
    /// <exception cref="ConfigurationException">An option out of range.</exception>
    /// <exception cref="DataException">No picture can be read.</exception>
    public Loader(IPictures source, IReadOnlyList<ViewGroup> groups, LoaderOptions? options = null)
    {
        this.options = options ?? new();
        this.options.Check();
        (Source, Groups) = (source, groups);
        if (groups.Count == 0)
            throw new ConfigurationException("a loader without view groups; at least one is needed");
        plan = new(source, groups, this.options.Seed);
        crew = new(plan, unusable, this.options.WorkerCount);
    }

    /// <summary>The pictures.</summary>
    public IPictures Source { get; }

    /// <summary>What views each picture gives.</summary>
    public IReadOnlyList<ViewGroup> Groups { get; }

    /// <summary>Batches of an epoch in the loader's own order.</summary>
    public int BatchesPerEpoch => options.DropLast ? Source.Count / options.BatchSize : (Source.Count + options.BatchSize - 1) / options.BatchSize;

    /// <summary>The unusable pictures met so far, in the order in which their batches were delivered.</summary>
    public IReadOnlyList<BadSample> Bad => bad;

    /// <summary>Whether no batch is out and no worker is at work.</summary>
    internal bool Idle => !running && crew.Idle;

    /// <summary>The batches of one epoch. One epoch runs at a time; leaving the loop early stops the workers.</summary>
    /// <param name="epoch">Its number; it decides order and views.</param>
    /// <param name="skip">Batches to leave out at the start, without decoding them.</param>
    /// <param name="order">Batches of places in the source, of any number and size; the loader's own order if null. A picture that comes twice gets different views.</param>
    /// <param name="share">Which places of a batch of so many are made, where others make the rest; all of them if null. The rest stays as it was in memory.</param>
    /// <param name="cancel">Stops, also while waiting.</param>
    /// <exception cref="DataException">The pictures do not fill one batch, or more of them than the budget allows cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The loop was cancelled.</exception>
    public IEnumerable<RawBatch> Epoch(int epoch, int skip = 0, IReadOnlyList<int[]>? order = null, Func<int, (int First, int Count)>? share = null, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        if (running)
            throw new InvalidOperationException("this loader is in the middle of an epoch; end that loop first");
        Reserve(order is null || order.Count == 0 ? options.BatchSize : order.Max(batch => batch.Length));
        var run = new LoaderRun(slots, epoch, skip, order is null ? OwnOrder(epoch) : GivenOrder(order), crew.Count > 0) { Share = share };
        running = true;
        crew.Begin(run);
        try
        {
            using var waking = cancel.UnsafeRegister(static state => ((LoaderRun)state!).Wake(), run);
            for (var number = skip; number < run.Batches; number++)
            {
                yield return Next(run, number, cancel);
                run.Release();
            }
        }
        finally
        {
            crew.End(run);
            running = false;
        }
    }

    /// <summary>Writes the unusable pictures met so far, one JSON object a line; nothing if there are none.</summary>
    /// <param name="path">The file, replaced in one act.</param>
    public void WriteBad(string path)
    {
        if (bad.Count > 0)
            AtomicFile.WriteText(path,
                string.Concat(bad.Select(sample =>
                System.Text.Json.JsonSerializer.Serialize(new { index = sample.Index, name = FileNames.Printable(sample.Name), reason = sample.Reason })
                + "\n")));
    }

    RawBatch Next(LoaderRun run, int number, CancellationToken cancel)
    {
        var since = Stopwatch.GetTimestamp();
        if (crew.Count == 0)
            crew.MakeHere(run, cancel);
        var slot = run.Await(number, cancel);
        slot.Batch.Waited = Stopwatch.GetElapsedTime(since).TotalSeconds;
        foreach (var sample in slot.Bad)
        {
            if (unusable.TryAdd(sample.Index, sample.Reason))
                bad.Add(sample);
        }
        slot.Failure?.Throw();
        if (bad.Count > options.BadBudget * Source.Count)
        {
            throw new DataException(string.Create(CultureInfo.InvariantCulture,
                $"{bad.Count} of the {Source.Count} pictures of {Source.Description} cannot be used, more than the budget of {options.BadBudget:P0}; "
                    + $"the first: {FileNames.Printable(bad[0].Name)} {bad[0].Reason}. `kindred data verify` lists them all"));
        }
        return slot.Batch;
    }

    /// <summary>A random order, or the source's.</summary>
    BatchOrder OwnOrder(int epoch)
    {
        if (BatchesPerEpoch == 0)
            throw new DataException($"{Source.Description} has {Source.Count} pictures, which do not fill one batch of {options.BatchSize}; make the batch smaller, or keep the last batch");
        if (permutation.Length == 0)
        {
            permutation = new int[Source.Count];
            for (var i = 0; i < permutation.Length; i++)
                permutation[i] = i;
        }
        if (options.Shuffle)
        {
            var draws = new RandomKey(options.Seed, epoch, -1, 0).Draws(ushort.MaxValue);
            draws.Permutation(permutation);
        }
        return new(permutation, options.BatchSize, BatchesPerEpoch);
    }

    BatchOrder GivenOrder(IReadOnlyList<int[]> order)
    {
        for (var b = 0; b < order.Count; b++)
        {
            if (order[b].Length == 0)
                throw new ConfigurationException($"batch {b} of the given order is empty");
            if (order[b].AsSpan().IndexOfAnyExceptInRange(0, Source.Count - 1) is >= 0 and var at)
                throw new ConfigurationException($"batch {b} of the given order asks for picture {order[b][at]}; the source has 0 to {Source.Count - 1}");
        }
        return new(order, Source.Count);
    }

    // Memory for the largest batch asked for so far.
    void Reserve(int capacity)
    {
        if (slots.Length > 0 && slots[0].Capacity >= capacity) return;
        slots = [.. Enumerable.Range(0, options.Prefetch + 1).Select(_ => new LoaderSlot(new RawBatch(plan.Blocks(capacity), capacity), capacity))];
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose() => crew.Dispose();
}
