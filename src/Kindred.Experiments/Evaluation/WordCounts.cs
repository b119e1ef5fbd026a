using Kindred.Experiments.Modalities;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Sentences without a network: how often each of the most frequent word pieces occurs in one, weighed by how few sentences have it.</summary>
/// <remarks>Frequencies and weights are those of the sentences that the run learnt from; vectors have unit length.</remarks>
sealed class WordCounts : IEncodes
{
    const int Batch = 256, Most = 2048;

    readonly Tensor column, idf;
    readonly Device device;
    readonly long width;

    /// <summary>Counts.</summary>
    /// <param name="data">The training sentences.</param>
    /// <param name="device">Where vectors go.</param>
    /// <exception cref="ConfigurationException">The data are no sentences.</exception>
    public WordCounts(IData data, Device device)
    {
        if (!data.Inputs.TryGetValue("vocabulary", out var vocabulary)) throw new ConfigurationException("the baseline words is for sentences; for pictures there are pixels, pca and untrained.");
        this.device = device;
        var having = new long[vocabulary];
        var sentences = 0L;
        foreach (var raw in data.Plain(Batch))
        {
            using var scope = Scope.Open();
            var (rows, real) = Pieces(raw.Tensors().Views[0]);
            var wide = rows.Length / Math.Max(1, raw.Count);
            for (var i = 0; i < raw.Count; i++)
                foreach (var piece in Enumerable.Range(i * wide, wide).Where(t => real[t]).Select(t => rows[t]).Distinct()) having[piece]++;
            sentences += raw.Count;
        }
        int[] kept = [.. Enumerable.Range(0, having.Length).Where(p => having[p] > 0).OrderByDescending(p => having[p]).Take(Most)];
        width = kept.Length;
        var place = new long[vocabulary];
        Array.Fill(place, width);                                             // all others, which are dropped
        for (var i = 0; i < kept.Length; i++) place[kept[i]] = i;
        using var own = Scope.Open();
        column = Scope.Release(Tensor.From<long>(place));
        idf = Scope.Release(Tensor.From<float>([.. kept.Select(p => (float)(Math.Log((1.0 + sentences) / (1 + having[p])) + 1))]));
    }

    /// <summary>`[N, at most 2,048]`.</summary>
    public Tensor Features(View view)
    {
        if (view is not TextView text) throw new ConfigurationException("the baseline words is for sentences; for pictures there are pixels, pca and untrained.");
        var (x, mask) = (text.X.To(Device.Cpu), text.Mask.To(Device.Cpu).To(Dtype.Float32));
        var counts = Tensor.Zeros([x.Size(0), width + 1], Dtype.Float32).ScatterAdd(1, column.IndexSelect(0, x.Flatten()).ViewAs(x), mask).Narrow(1, 0, width);
        return (counts * idf).Normalize().To(device);
    }

    static (long[] Pieces, bool[] Real) Pieces(View view) => view is TextView text ? (text.X.ToArray<long>(), [.. text.Mask.To(Dtype.Int64).ToArray<long>().Select(m => m != 0)])
        : throw new ConfigurationException("the baseline words is for sentences; for pictures there are pixels, pca and untrained.");
}
