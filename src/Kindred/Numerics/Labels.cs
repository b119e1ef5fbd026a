using Kindred.Torch;

namespace Kindred.Numerics;

/// <summary>What a label says, in one place: 0 and above name a class, a negative one (−1 by habit) says that the row has none.</summary>
/// <remarks>
/// In an objective an unlabelled row is a class of its own: nobody is its positive but its own views, and it repels like any stranger. Means over labels
/// (cross-entropy), votes and metrics leave it out. In a clustering a negative cluster is an outlier, alone in a cluster of its own.
/// </remarks>
public static class Labels
{
    /// <summary>Which rows have a class: bool, in the shape of the labels.</summary>
    /// <param name="labels">int64.</param>
    public static Tensor Known(Tensor labels) => labels.Ge(0);

    /// <summary>Which pairs are of one class; never true where a side has none, not even of a row and itself.</summary>
    /// <param name="rows">int64 [N].</param>
    /// <param name="columns">int64 [M].</param>
    /// <returns>[N, M] bool.</returns>
    public static Tensor Same(Tensor rows, Tensor columns) =>
        rows.Unsqueeze(1).Eq(columns.Unsqueeze(0)).LogicalAnd(Known(rows).Unsqueeze(1));

    /// <summary>Labels of which every row has one: those without get numbers of their own, after the others and in order of rows.</summary>
    /// <param name="labels">int64 [N].</param>
    /// <returns>int64 [N], none negative; the labels themselves where none was.</returns>
    public static Tensor OwnClasses(Tensor labels)
    {
        if (labels.Numel == 0)
            return labels;
        var without = Known(labels).LogicalNot();
        return Tensor.Where(without, labels.Max().ClampMin(-1) + without.To(Dtype.Int64).Cumsum(0), labels);
    }

    /// <summary>The rows that have a class, for counting and voting.</summary>
    /// <param name="labels">int64 [N].</param>
    /// <returns>int64 [K] row numbers, ascending; null where every row has one.</returns>
    public static Tensor? Rows(Tensor labels) => Known(labels).All().Item() != 0 ? null : Known(labels).Nonzero().Squeeze(1);
}
