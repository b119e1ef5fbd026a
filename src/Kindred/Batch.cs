using Kindred.Io;
using Kindred.Torch;

namespace Kindred;

/// <summary>Some samples, each in several views.</summary>
/// <param name="Views">In the order of the recipe's groups.</param>
/// <param name="Index">`[N]`, the samples' numbers in the data set: rows of memory banks.</param>
/// <param name="Labels">`[N]`, or null without labels; −1 marks a sample without one.</param>
public sealed record Batch(View[] Views, Tensor Index, Tensor? Labels)
{
    /// <summary>How many samples there are.</summary>
    public long Count => Index.Size(0);

    /// <summary>The batches of the data sets that are drawn side by side; empty for one data set.</summary>
    public IReadOnlyDictionary<string, Batch> Streams { get; init; } = new Dictionary<string, Batch>();

    /// <summary>Further labels by name, each `[N]` with −1 for none: a camera, a speaker, a factor.</summary>
    public IReadOnlyDictionary<string, Tensor> Columns { get; init; } = new Dictionary<string, Tensor>();

    /// <summary>The labels of a name, `[N]`.</summary>
    /// <exception cref="DataException">The data have no such column.</exception>
    public Tensor Column(string name) => Columns.TryGetValue(name, out var column) ? column
        : throw new DataException($"the method wants the column '{name}' of the data; {(Columns.Count == 0 ? "they have none beside their labels" : $"there are {string.Join(", ", Columns.Keys)}")}.");

    /// <summary>The view of a name.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    public View View(string name) => Views.FirstOrDefault(v => v.Name == name || (v.Group == name && Group(name).Length == 1))
        ?? throw new ConfigurationException($"the method wants a view '{name}'; the recipe's views are {string.Join(", ", Views.Select(v => v.Name))}.");

    /// <summary>The views of a group, in order.</summary>
    public View[] Group(string name) => Array.FindAll(Views, v => v.Group == name);

    /// <summary>The batch of one of several data sets.</summary>
    /// <exception cref="ConfigurationException">There is no such data set.</exception>
    public Batch Stream(string name) => Streams.TryGetValue(name, out var batch) ? batch
        : throw new ConfigurationException($"the method wants a data set '{name}' beside the others; there are {(Streams.Count == 0 ? "none" : string.Join(", ", Streams.Keys))}.");

    /// <summary>The batch on another device; itself if it is there.</summary>
    public Batch To(Device device) => device.Type == 0 && Index.Device.Type == 0 ? this : this with
    {
        Views = Array.ConvertAll(Views, v => v.To(device)),
        Index = Index.To(device),
        Labels = Labels?.To(device),
        Columns = Columns.ToDictionary(c => c.Key, c => c.Value.To(device)),
        Streams = Streams.ToDictionary(s => s.Key, s => s.Value.To(device)),
    };

    /// <summary>A share of the batch: the i-th of n nearly equal stretches of its samples, data sets beside it likewise.</summary>
    /// <param name="i">Which, from 0.</param>
    /// <param name="n">Of how many.</param>
    /// <exception cref="ConfigurationException">The batch has fewer samples than shares are asked for.</exception>
    public Batch Part(int i, int n)
    {
        if (i < 0 || i >= n) throw new ArgumentOutOfRangeException(nameof(i), i, $"a batch in {n} shares has shares 0 to {n - 1}");
        if (Count < n) throw new ConfigurationException($"train.batch: a batch of {Count} samples cannot be shared out among {n}; take at least {n}.");
        var (first, end) = (i * Count / n, (i + 1) * Count / n);
        return this with
        {
            Views = Array.ConvertAll(Views, v => v.Part(first, end - first)),
            Index = Index.Narrow(0, first, end - first),
            Labels = Labels?.Narrow(0, first, end - first),
            Columns = Columns.ToDictionary(c => c.Key, c => c.Value.Narrow(0, first, end - first)),
            Streams = Streams.ToDictionary(s => s.Key, s => s.Value.Part(i, n)),
        };
    }

    /// <summary>How many views of each sample the method looks at, once it said so (<see cref="NeedsViews(int)"/>): what is made beyond is made in vain.</summary>
    public int? ViewsLookedAt { get; private set; }

    /// <summary>Stops a method whose recipe makes too few views, and notes that it looks at no more.</summary>
    /// <param name="count">How many it looks at, the first ones.</param>
    /// <exception cref="ConfigurationException">There are fewer.</exception>
    public void NeedsViews(int count) => NeedsViews(count, count);

    /// <summary>Stops a method whose recipe makes too few views, and notes how many it looks at.</summary>
    /// <param name="count">The fewest that it takes.</param>
    /// <param name="most">The most that it looks at; <see cref="int.MaxValue"/> for all.</param>
    /// <exception cref="ConfigurationException">There are fewer.</exception>
    public void NeedsViews(int count, int most)
    {
        ViewsLookedAt = most;
        if (Views.Length >= count) return;
        var given = Views.Length == 1 ? $"one, '{Views[0].Name}'" : $"{Views.Length}";
        throw new ConfigurationException($"the method compares {count} views of each sample; there {(Views.Length == 1 ? "is" : "are")} {given}: raise 'count' in 'views', "
            + "or take data of which there are several views (of sound and of points there are not).");
    }
}
