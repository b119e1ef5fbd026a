namespace Kindred;

/// <summary>Which samples make up which batch of an epoch: batches of any number and size, for one data set or for each of several that are drawn side by side.</summary>
/// <remarks>A sample may come twice, and then is seen in other views. A plan is kept in checkpoints, so that a run that goes on in the middle of an epoch follows the same one.</remarks>
public sealed class EpochPlan
{
    /// <summary>A plan for one data set.</summary>
    /// <param name="batches">Numbers of samples, batch after batch; no batch is empty.</param>
    public EpochPlan(IReadOnlyList<int[]> batches) => (Batches, Steps) = (batches, batches?.Count ?? throw new ArgumentNullException(nameof(batches)));

    /// <summary>A plan for data sets that are drawn side by side; one that is not named goes on in its own order.</summary>
    /// <param name="streams">Batches by the name of the data set, equally many for each.</param>
    /// <exception cref="ConfigurationException">They are not equally many.</exception>
    public EpochPlan(IReadOnlyDictionary<string, IReadOnlyList<int[]>> streams)
    {
        ArgumentNullException.ThrowIfNull(streams);
        if (streams.Select(s => s.Value.Count).Distinct().Count() != 1)
            throw new ConfigurationException($"the data sets of an epoch are drawn side by side and need equally many batches; the method plans "
                + $"{string.Join(", ", streams.Select(s => $"{s.Value.Count} of '{s.Key}'"))}.");
        (Streams, Steps) = (streams, streams.First().Value.Count);
    }

    /// <summary>The batches of a single data set; null where there are several.</summary>
    public IReadOnlyList<int[]>? Batches { get; }

    /// <summary>The batches of each data set by its name; empty for a single one.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int[]>> Streams { get; } = new Dictionary<string, IReadOnlyList<int[]>>();

    /// <summary>How many batches the epoch has; may be 0.</summary>
    public int Steps { get; }

    /// <summary>Stops a plan that asks for what is not there.</summary>
    /// <param name="data">What it is for.</param>
    /// <exception cref="ConfigurationException">A batch is empty or asks for a sample that does not exist, or a data set has another name.</exception>
    public void Check(IData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (Batches is not null) Check(Batches, data, "the data");
        else if (Streams.Keys.Except(data.Streams.Keys).FirstOrDefault() is { } unknown)
            throw new ConfigurationException($"the method plans batches of a data set '{unknown}'; "
                + $"{(data.Streams.Count == 0 ? "there is only one, without a name" : $"there are {string.Join(", ", data.Streams.Keys)}")}.");
        else foreach (var (name, batches) in Streams) Check(batches, data.Streams[name], $"'{name}'");
        if (Batches is not null && data.Streams.Count > 0)
            throw new ConfigurationException($"the method plans batches of one data set, and there are {string.Join(", ", data.Streams.Keys)}: plan each by its name.");
    }

    static void Check(IReadOnlyList<int[]> batches, IData data, string what)
    {
        for (var b = 0; b < batches.Count; b++)
        {
            if (batches[b].Length == 0) throw new ConfigurationException($"batch {b} of {batches.Count} that the method plans of {what} is empty.");
            if (batches[b].AsSpan().IndexOfAnyExceptInRange(0, data.Count - 1) is >= 0 and var at)
                throw new ConfigurationException($"batch {b} of {batches.Count} that the method plans of {what} asks for sample {batches[b][at]}; there are 0 to {data.Count - 1}.");
        }
    }
}
