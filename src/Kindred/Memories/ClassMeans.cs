using Kindred.Torch;

namespace Kindred.Memories;

/// <summary>The direction of each class's mean, for the classes that have samples: what rows of classes in a memory begin as.</summary>
/// <param name="Rows">Unit rows in order of classes, `[M, D]`.</param>
/// <param name="RowOf">Each class's row; 0 for one without samples.</param>
sealed record ClassMeans(Tensor Rows, long[] RowOf)
{
    /// <summary>The means of features by class.</summary>
    /// <param name="features">Unit rows, `[N, D]`.</param>
    /// <param name="labels">Of each; negative ones have no class.</param>
    /// <param name="classes">How many classes there are.</param>
    internal static ClassMeans Of(Tensor features, IReadOnlyList<int> labels, int classes)
    {
        int[] present = [.. labels.Where(l => l >= 0).Distinct().Order()];
        var row = new long[classes];
        foreach (var (at, label) in present.Index()) row[label] = at;
        long[] known = [.. Enumerable.Range(0, labels.Count).Where(i => labels[i] >= 0).Select(i => (long)i)];
        var own = Tensor.From<long>([.. known.Select(i => row[labels[(int)i]])]).To(features.Device);
        var sums = Tensor.Zeros([present.Length, features.Size(1)], features.Dtype, features.Device)
            .IndexAdd(0, own, features.IndexSelect(0, Tensor.From<long>(known).To(features.Device)));
        return new(sums.Normalize(), row);                                       // the mean's direction is the sum's
    }
}
