using Kindred.Torch;

namespace Kindred;

/// <summary>What a method may look at and arrange before an epoch.</summary>
public sealed class Epoch(Progress at, IData data)
{
    readonly Dictionary<string, Epoch> streams = data.Streams.ToDictionary(s => s.Key, s => new Epoch(at, s.Value));

    /// <summary>Where training stands.</summary>
    public Progress At { get; } = at;

    /// <summary>How many samples the data set has.</summary>
    public int Count => data.Count;

    /// <summary>The labels, −1 for none; null when the data set has no labels at all.</summary>
    public IReadOnlyList<int>? Labels => data.Labels;

    /// <summary>Batches of sample numbers for this epoch, where the method wants another order than the loader's.</summary>
    public int[][]? Order { get; set; }

    /// <summary>The epoch of one of several data sets.</summary>
    public Epoch Stream(string name) => streams[name];

    /// <summary>Encodes every sample once, in order and without augmentation.</summary>
    /// <param name="encode">Maps a view of some samples to `[n, D]`.</param>
    /// <param name="batch">Samples at once.</param>
    /// <returns>`[Count, D]`, in the open scope.</returns>
    public Tensor Encode(Func<View, Tensor> encode, int batch = 256) => NoGradient.Of(() =>
    {
        var parts = new List<Tensor>();
        foreach (var plain in data.Plain(batch))
        {
            using var scope = Scope.Open();
            parts.Add(scope.Return(encode(plain.Tensors().Views[0])));
        }
        return Tensor.Cat([.. parts]);
    });
}
