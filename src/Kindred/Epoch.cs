using Kindred.Torch;

namespace Kindred;

/// <summary>What a method may look at before and after an epoch.</summary>
public sealed class Epoch
{
    readonly IData data;
    readonly Func<Func<View, Tensor>, View, Tensor> look;
    readonly Dictionary<string, Epoch> streams;

    /// <summary>An epoch of some data.</summary>
    /// <param name="at">Where training stands.</param>
    /// <param name="data">What is learnt from.</param>
    /// <param name="look">How an encoder is applied to a view: on the run's device, at its precision, in evaluation mode; by itself if left out.</param>
    public Epoch(Progress at, IData data, Func<Func<View, Tensor>, View, Tensor>? look = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        (At, this.data, this.look) = (at, data, look ?? ((encode, view) => encode(view)));
        streams = data.Streams.ToDictionary(s => s.Key, s => new Epoch(at, s.Value, look));
    }

    /// <summary>Where training stands.</summary>
    public Progress At { get; }

    /// <summary>How many samples the data set has.</summary>
    public int Count => data.Count;

    /// <summary>How many batches the data's own order has.</summary>
    public int Steps => data.StepsPerEpoch;

    /// <summary>The labels, −1 for none; null when the data set has no labels at all.</summary>
    public IReadOnlyList<int>? Labels => data.Labels;

    /// <summary>Further labels by name.</summary>
    /// <exception cref="DataException">The data have no such column.</exception>
    public IReadOnlyList<int> Column(string name) => data.Columns.TryGetValue(name, out var column) ? column
        : throw new DataException($"the method wants the column '{name}' of the data; "
            + $"{(data.Columns.Count == 0 ? "they have none beside their labels" : $"there are {string.Join(", ", data.Columns.Keys)}")}.");

    /// <summary>The epoch of one of several data sets.</summary>
    /// <exception cref="ConfigurationException">There is no such data set.</exception>
    public Epoch Stream(string name) => streams.TryGetValue(name, out var stream) ? stream
        : throw new ConfigurationException($"the method wants a data set '{name}' beside the others; there are {(streams.Count == 0 ? "none" : string.Join(", ", streams.Keys))}.");

    /// <summary>Encodes every sample once, in order and without augmentation, in evaluation mode: no running statistic moves.</summary>
    /// <param name="encode">Maps a view of some samples to `[n, D]`.</param>
    /// <param name="batch">Samples at once.</param>
    /// <returns>`[Count, D]` in single precision, in the open scope.</returns>
    public Tensor Encode(Func<View, Tensor> encode, int batch = 256) => NoGradient.Of(() =>
    {
        var parts = new List<Tensor>();
        foreach (var plain in data.Plain(batch))
        {
            using var scope = Scope.Open();
            parts.Add(scope.Return(look(encode, plain.Tensors().Views[0]).To(Dtype.Float32)));
        }
        return Tensor.Cat([.. parts]);
    });
}
