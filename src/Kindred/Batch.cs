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
        Streams = Streams.ToDictionary(s => s.Key, s => s.Value.To(device)),
    };

    /// <summary>Stops a method whose recipe makes too few views.</summary>
    /// <exception cref="ConfigurationException">There are fewer.</exception>
    public void NeedsViews(int count)
    {
        if (Views.Length < count) throw new ConfigurationException($"the method compares {count} views of each sample; the recipe makes {Views.Length}: raise 'count' in 'views'.");
    }
}
