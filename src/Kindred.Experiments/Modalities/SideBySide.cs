namespace Kindred.Experiments.Modalities;

/// <summary>Several data sets that are drawn side by side, a batch of each a step: a source and a target, labelled and unlabelled.</summary>
/// <remarks>
/// The first one is the measure: an epoch has its number of batches, and looking without chance shows it. The others go round again in another order where
/// they are shorter, and are cut where they are longer. Each has its own plan (<see cref="EpochPlan.Streams"/>).
/// </remarks>
public sealed class SideBySide : IData
{
    readonly string first;

    /// <summary>Puts data sets beside one another; this object disposes them.</summary>
    /// <param name="streams">By name, in the order of the recipe.</param>
    public SideBySide(IReadOnlyList<(string Name, IData Data)> streams)
    {
        ArgumentNullException.ThrowIfNull(streams);
        if (streams.Count == 0) throw new ConfigurationException("data: a map of data sets names none; write for example { source: folder:A, target: folder:B }.");
        first = streams[0].Name;
        Streams = streams.ToDictionary(s => s.Name, s => s.Data);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IData> Streams { get; }

    IData First => Streams[first];

    /// <inheritdoc/>
    public int Count => First.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => First.Classes;

    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels => First.Labels;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> Columns => First.Columns;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, long> Inputs => First.Inputs;

    /// <inheritdoc/>
    public int StepsPerEpoch => First.StepsPerEpoch;

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, string Reason)> Bad => [.. Streams.SelectMany(s => s.Value.Bad.Select(b => ($"{s.Key}/{b.Name}", b.Reason)))];

    /// <inheritdoc/>
    public IEnumerable<SampleStamp> Stamps() => Streams.SelectMany(s => s.Value.Stamps().Select(stamp => stamp with { Name = $"{s.Key}/{stamp.Name}" }));

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Batches(int epoch, int skip, EpochPlan? plan, CancellationToken cancel)
    {
        var steps = plan?.Steps ?? StepsPerEpoch;
        var names = Streams.Keys.ToArray();
        var running = Array.ConvertAll(names, name => Drawn(name, epoch, skip, steps, plan, cancel).GetEnumerator());
        try
        {
            for (var step = skip; step < steps; step++)
            {
                foreach (var stream in running) stream.MoveNext();
                yield return new Raw(names, Array.ConvertAll(running, r => r.Current));
            }
        }
        finally { foreach (var stream in running) stream.Dispose(); }
    }

    static IEnumerable<IRawBatch> Endless(IData data, string name, int epoch, int skip, int steps, CancellationToken cancel)
    {
        var own = data.StepsPerEpoch;
        if (own == 0) throw new DataException($"data.{name}: {data.Count} samples do not fill one batch; choose a smaller train.batch.");
        // One pass and its number are enough for most; further passes have numbers that no epoch of this many passes shares.
        var passes = Math.Max(1, (steps + own - 1) / own);
        for (var pass = skip / own; ; pass++)
            foreach (var batch in data.Batches((epoch * passes) + pass, Math.Max(0, skip - (pass * own)), null, cancel)) yield return batch;
    }

    IEnumerable<IRawBatch> Drawn(string name, int epoch, int skip, int steps, EpochPlan? plan, CancellationToken cancel) =>
        plan?.Streams.TryGetValue(name, out var batches) == true ? Streams[name].Batches(epoch, skip, new(batches), cancel) : Endless(Streams[name], name, epoch, skip, steps, cancel);

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Plain(int batch, CancellationToken cancel = default) => First.Plain(batch, cancel);

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Plain(int batch, int skip, CancellationToken cancel = default) => First.Plain(batch, skip, cancel);

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Plain(int batch, int skip, int stride, CancellationToken cancel = default) => First.Plain(batch, skip, stride, cancel);

    /// <inheritdoc/>
    public string Name(int index) => First.Name(index);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var data in Streams.Values) data.Dispose();
    }

    sealed class Raw(string[] names, IRawBatch[] batches) : IRawBatch
    {
        public int Count => batches[0].Count;

        public double Waited => batches.Sum(b => b.Waited);

        public Batch Tensors()
        {
            var made = Array.ConvertAll(batches, b => b.Tensors());
            return made[0] with { Streams = names.Zip(made).ToDictionary(p => p.First, p => p.Second) };
        }
    }
}
