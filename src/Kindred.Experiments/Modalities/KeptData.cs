namespace Kindred.Experiments.Modalities;

/// <summary>The training data of a run as far as the run knows them without the data: counts, class names, what an input looks like. They are opened when a sample is asked for.</summary>
/// <param name="facts">What the run kept.</param>
/// <param name="open">Opens the data themselves.</param>
public sealed class KeptData(KeptFacts facts, Func<IData> open) : IData
{
    readonly Lazy<IData> data = new(open);

    /// <inheritdoc/>
    public int Count => facts.Samples;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => facts.Classes;

    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels => facts.Classes.Count == 0 ? null : data.Value.Labels;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> Columns => data.Value.Columns;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, long> Inputs => facts.Inputs;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IData> Streams { get; } = facts.Streams.ToDictionary(s => s.Key, s => (IData)new KeptData(s.Value, () => open().Streams[s.Key]));

    /// <inheritdoc/>
    public int StepsPerEpoch => facts.StepsPerEpoch;

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Batches(int epoch, int skip, EpochPlan? plan, CancellationToken cancel) => data.Value.Batches(epoch, skip, plan, cancel);

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Plain(int batch, CancellationToken cancel = default) => data.Value.Plain(batch, cancel);

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Plain(int batch, int skip, CancellationToken cancel = default) => data.Value.Plain(batch, skip, cancel);

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Plain(int batch, int skip, int stride, CancellationToken cancel = default) => data.Value.Plain(batch, skip, stride, cancel);

    /// <inheritdoc/>
    public string Name(int index) => data.Value.Name(index);

    /// <inheritdoc/>
    public IEnumerable<SampleStamp> Stamps() => data.Value.Stamps();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (data.IsValueCreated) data.Value.Dispose();
    }
}

/// <summary>What a run keeps of its data, so that what it learnt can be opened without them.</summary>
/// <param name="Uri">Where they were.</param>
/// <param name="Samples">How many samples there were.</param>
/// <param name="Classes">The class names, in the order of the labels; empty without labels.</param>
/// <param name="StepsPerEpoch">How many batches an epoch had.</param>
/// <param name="Inputs">What an input looks like.</param>
/// <param name="Streams">Data sets that were drawn side by side.</param>
public sealed record KeptFacts(string? Uri, int Samples, IReadOnlyList<string> Classes, int StepsPerEpoch, IReadOnlyDictionary<string, long> Inputs, IReadOnlyDictionary<string, KeptFacts> Streams)
{
    /// <summary>The facts of open data.</summary>
    public static KeptFacts Of(IData data, string? uri)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new(uri, data.Count, [.. data.Classes], data.StepsPerEpoch, InputsOf(data), data.Streams.ToDictionary(s => s.Key, s => Of(s.Value, null)));
    }

    /// <summary>The facts as parts are built from them.</summary>
    public static DataFacts FactsOf(IData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new(data.Count, data.Classes.Count, data.StepsPerEpoch)
        {
            Inputs = InputsOf(data),
            ClassesPresent = data is KeptData ? null : data.Labels?.Where(label => label >= 0).Distinct().Count(),
            Streams = data.Streams.ToDictionary(s => s.Key, s => FactsOf(s.Value)),
        };
    }

    // What an input looks like, and how many values each further label has; a run that kept its facts is not asked for its data.
    static Dictionary<string, long> InputsOf(IData data)
    {
        var inputs = data.Inputs.ToDictionary();
        if (data is not KeptData)
            foreach (var (name, values) in data.Columns) inputs["column." + name] = values.DefaultIfEmpty(-1).Max() + 1L;
        return inputs;
    }
}
