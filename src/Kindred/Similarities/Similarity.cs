using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Similarities;

/// <summary>How alike two rows are, or how far apart; objectives that compare pairs, mine triplets or rank neighbours work with every kind.</summary>
public abstract class Similarity : Module
{
    /// <summary>Whether larger values mean closer rows; false for distances.</summary>
    public abstract bool LargerIsCloser { get; }

    /// <summary>The value of a row with itself, where it is the same for all rows: 0 for distances, 1 for the cosine; null where there is none.</summary>
    public abstract double? OfItself { get; }

    /// <summary>All pairs.</summary>
    /// <param name="x">[N, D].</param>
    /// <param name="y">[M, D] (or what the kind says).</param>
    /// <returns>[N, M], in float32 at least.</returns>
    public abstract Tensor Matrix(Tensor x, Tensor y);

    /// <summary>Row i of one with row i of the other.</summary>
    /// <param name="x">[N, D].</param>
    /// <param name="y">[N, D] (or what the kind says).</param>
    /// <returns>[N], in float32 at least.</returns>
    public abstract Tensor Pairs(Tensor x, Tensor y);

    /// <summary>Values as costs, smaller is closer: distances as they are, the others with their sign turned. What margins compare.</summary>
    public Tensor Costs(Tensor values) => LargerIsCloser ? -values : values;

    /// <summary>Values as logits, larger is closer: distances with their sign turned. What a softmax takes.</summary>
    public Tensor Logits(Tensor values) => LargerIsCloser ? values : -values;

    /// <summary>Values as distances, 0 for a row and itself: 1 − cosine, and distances as they are.</summary>
    /// <exception cref="ArgumentException">The kind has no such zero: an inner product grows with the rows' length.</exception>
    public Tensor Distances(Tensor values) => OfItself is not { } own
        ? throw new ArgumentException($"{GetType().Name} has no value at which two rows coincide, so no distance can be told from it; take Euclidean, SquaredEuclidean, Mahalanobis or Cosine.")
        : LargerIsCloser ? own - values : values;
}
