namespace Kindred;

/// <summary>A data set that a method can train on: batches of random views for training, plain ones for looking.</summary>
/// <remarks>Memory is handed over raw, so that worker threads make no tensors; <see cref="IRawBatch.Tensors"/> makes them on the calling thread.</remarks>
public interface IData : IDisposable
{
    /// <summary>How many samples there are.</summary>
    int Count { get; }

    /// <summary>The class names; empty without labels.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>The labels, −1 for none; null when the data set has no labels at all.</summary>
    IReadOnlyList<int>? Labels { get; }

    /// <summary>Further labels by name, one a sample, −1 for none: a camera, a speaker, a factor. Empty where there are none.</summary>
    IReadOnlyDictionary<string, IReadOnlyList<int>> Columns => new Dictionary<string, IReadOnlyList<int>>();

    /// <summary>What one sample looks like to a network that is built for it: <c>channels</c>, <c>rate</c>, <c>vocabulary</c>, <c>features</c> …</summary>
    IReadOnlyDictionary<string, long> Inputs => new Dictionary<string, long>();

    /// <summary>Data sets that are drawn side by side, by name; empty for a plain one.</summary>
    IReadOnlyDictionary<string, IData> Streams => new Dictionary<string, IData>();

    /// <summary>How many batches an epoch has.</summary>
    int StepsPerEpoch { get; }

    /// <summary>The training batches of an epoch: the same for the same seed and epoch, whatever the workers do.</summary>
    /// <param name="epoch">The number of the epoch.</param>
    /// <param name="skip">Batches left out at the front, without decoding them: where a resumed run goes on.</param>
    /// <param name="plan">Batches chosen by the method; null for the data's own order.</param>
    /// <param name="cancel">Stops the workers.</param>
    IEnumerable<IRawBatch> Batches(int epoch, int skip, EpochPlan? plan, CancellationToken cancel);

    /// <summary>Every sample once, in order, in the recipe's plain view.</summary>
    /// <param name="batch">Samples at once.</param>
    /// <param name="cancel">Stops the workers.</param>
    IEnumerable<IRawBatch> Plain(int batch, CancellationToken cancel = default);

    /// <summary>The plain samples without the first batches, which cost nothing where that is possible: where something that was stopped goes on.</summary>
    /// <param name="batch">Samples at once.</param>
    /// <param name="skip">Batches left out at the front.</param>
    /// <param name="cancel">Stops the workers.</param>
    IEnumerable<IRawBatch> Plain(int batch, int skip, CancellationToken cancel = default) => Plain(batch, cancel).Skip(skip);

    /// <summary>Every so-many-th batch of the plain samples, for processes that share them out; where that is possible, those between cost nothing.</summary>
    /// <param name="batch">Samples at once.</param>
    /// <param name="skip">The first batch.</param>
    /// <param name="stride">From one batch to the next; at least 1.</param>
    /// <param name="cancel">Stops the workers.</param>
    IEnumerable<IRawBatch> Plain(int batch, int skip, int stride, CancellationToken cancel = default) => Plain(batch, skip, cancel).Where((_, i) => i % stride == 0);

    /// <summary>What a person calls a sample: its file, its sentence; its number where it has no name.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    string Name(int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"#{index}");

    /// <summary>Every sample as it lies on the disk now, in order: by these a run that goes on notices that its data changed.</summary>
    /// <remarks>Left out, numbers and labels, so that at least another count, other labels and another order of them are noticed.</remarks>
    IEnumerable<SampleStamp> Stamps() =>
    [
        .. Enumerable.Range(0, Count).Select(i => new SampleStamp(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"#{i}"), Labels?[i] ?? -1)),
        .. Streams.SelectMany(s => s.Value.Stamps().Select(stamp => stamp with { Name = $"{s.Key}/{stamp.Name}" })),
    ];

    /// <summary>What is wrong with the samples so far: names and reasons.</summary>
    IReadOnlyList<(string Name, string Reason)> Bad => [];
}

/// <summary>A batch as workers made it: memory that is free again when the next one is asked for.</summary>
public interface IRawBatch
{
    /// <summary>How many samples there are.</summary>
    int Count { get; }

    /// <summary>Seconds that the asker waited for it.</summary>
    double Waited { get; }

    /// <summary>Makes the tensors on the calling thread, in its open scope.</summary>
    Batch Tensors();
}
