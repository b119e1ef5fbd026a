using Kindred.Data.Pictures.Native;
using Kindred.Data.Views;
using Kindred.Experiments.Modalities;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Runs a representation over a whole data set.</summary>
public static class Features
{
    const int Batch = 256;

    /// <summary>Unit features and labels of every sample, in order.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="plan">How they are seen.</param>
    /// <param name="seed">What the view's chance is drawn from.</param>
    /// <param name="represent">Maps a view to `[n, D]`.</param>
    /// <returns>`[N, D]` in single precision and `[N]`, in the open scope.</returns>
    public static (Tensor Features, Tensor Labels) Of(PictureData data, ViewPlan plan, ulong seed, Func<View, Tensor> represent)
    {
        ArgumentNullException.ThrowIfNull(data);
        var (features, labels) = Gather(data.InOrder(plan, seed, Batch), represent);
        return (features.Normalize(), labels);
    }

    /// <summary>Unit features and labels of every sample in a random training view, in order.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="seed">What the view's chance is drawn from.</param>
    /// <param name="represent">Maps a view to `[n, D]`.</param>
    /// <returns>`[N, D]` in single precision and `[N]`, in the open scope.</returns>
    public static (Tensor Features, Tensor Labels) Of(ISeenAgain data, ulong seed, Func<View, Tensor> represent)
    {
        ArgumentNullException.ThrowIfNull(data);
        var (features, labels) = Gather(data.Drawn(seed, Batch), represent);
        return (features.Normalize(), labels);
    }

    /// <summary>Features, as they are, and labels of every sample in its plain view, in order.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="represent">Maps a view to `[n, D]`.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <returns>`[N, D]` in single precision and `[N]` (−1 without a label), in the open scope.</returns>
    public static (Tensor Features, Tensor Labels) Of(IData data, Func<View, Tensor> represent, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Gather(data.Plain(Batch, cancel), represent, cancel);
    }

    /// <summary>Features and labels of the samples that have a label, and none of the others.</summary>
    public static (Tensor Features, Tensor Labels) Labelled(IData data, Func<View, Tensor> represent, CancellationToken cancel = default)
    {
        var (features, labels) = Of(data, represent, cancel);
        var rows = labels.Ge(0).Nonzero().Squeeze(1);
        return rows.Numel == labels.Numel ? (features, labels) : (features.IndexSelect(0, rows), labels.IndexSelect(0, rows));
    }

    /// <summary>Batches in lots of at least so many samples; a lot reads its batches one after another, and must be read to its end before the next.</summary>
    internal static IEnumerable<IEnumerable<IRawBatch>> Chunked(this IEnumerable<IRawBatch> batches, int samples)
    {
        using var all = batches.GetEnumerator();
        while (all.MoveNext()) yield return Lot(all, samples);
    }

    static IEnumerable<IRawBatch> Lot(IEnumerator<IRawBatch> all, int samples)
    {
        for (var taken = 0; ;)
        {
            taken += all.Current.Count;
            yield return all.Current;
            if (taken >= samples || !all.MoveNext()) yield break;
        }
    }

    /// <summary>All of some batches.</summary>
    public static (Tensor Features, Tensor Labels) Gather(IEnumerable<IRawBatch> batches, Func<View, Tensor> represent, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(represent);
        List<Tensor> rows = [], labels = [];
        using var _ = NoGradient.Begin();
        foreach (var raw in batches)
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = Scope.Open();
            var batch = raw.Tensors();
            var features = represent(batch.Views[0]).To(Dtype.Float32);
            rows.Add(scope.Return(features));
            labels.Add(scope.Return((batch.Labels ?? Tensor.Full([features.Size(0)], -1, Dtype.Int64)).To(features.Device)));
        }
        var all = (Tensor.Cat([.. rows]), Tensor.Cat([.. labels]));
        foreach (var part in rows.Concat(labels)) part.Dispose();
        return all;
    }
}
