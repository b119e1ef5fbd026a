using Kindred.Torch;

namespace Kindred.Numerics;

/// <summary>What pairwise objectives over two views of each image share: unit rows, the partner's similarity, and which others are negatives.</summary>
public sealed class PairedViews
{
    /// <summary>Scores all rows with all rows.</summary>
    /// <param name="z">[2N, D], rows i and i + N two views of one image; normalised here.</param>
    /// <exception cref="ArgumentException">There is no row, an odd number of rows, or another number of dimensions.</exception>
    public PairedViews(Tensor z)
    {
        var rows = z.Size(0);
        if (z.Dim != 2 || rows == 0 || rows % 2 != 0)
            throw new ArgumentException($"two views give [2N, D] with rows i and i + N of one image; got [{string.Join(", ", z.Shape)}]", nameof(z));
        z = Rowwise.Unit(z);
        Similarity = Pairwise.Dot(z, z);
        var self = Masks.Self(rows, z);
        Match = Similarity.Roll([-rows / 2], [1]).Diagonal();
        Negative = self.LogicalOr(self.Roll([rows / 2], [1])).LogicalNot();
        Negatives = rows - 2;
    }

    /// <summary>[2N, 2N] cosines.</summary>
    public Tensor Similarity { get; }

    /// <summary>[2N], the cosine of each row with its other view.</summary>
    public Tensor Match { get; }

    /// <summary>[2N, 2N] bool: neither the row itself nor its other view.</summary>
    public Tensor Negative { get; }

    /// <summary>How many negatives a row has: 2N − 2.</summary>
    public long Negatives { get; }

    /// <summary>The mean of a term over each row's negatives; 0 where there are none.</summary>
    public Tensor Mean(Tensor term) => Sum(term) / Math.Max(Negatives, 1);

    /// <summary>The sum of a term over each row's negatives.</summary>
    public Tensor Sum(Tensor term) => term.MaskedFill(Negative.LogicalNot(), 0).Sum(1);

    /// <summary>The term at each row's most similar candidate; 0 where a row has no candidate.</summary>
    public Tensor AtHardest(Tensor candidates, Func<Tensor, Tensor> term)
    {
        var hardest = Similarity.Detach().MaskedFill(candidates.LogicalNot(), double.NegativeInfinity).Argmax(1, keepdim: true);
        var at = term(Similarity.Gather(1, hardest).Squeeze(1));
        return at.MaskedFill(candidates.Any(1).LogicalNot(), 0);
    }
}
