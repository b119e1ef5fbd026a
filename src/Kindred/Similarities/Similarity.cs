using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Similarities;

/// <summary>How alike two rows are, or how far apart; parts that rank neighbours or mine triplets work with every kind.</summary>
public abstract class Similarity : Module
{
    /// <summary>Whether larger values mean closer rows; false for distances.</summary>
    public abstract bool LargerIsCloser { get; }

    /// <summary>All pairs.</summary>
    /// <param name="x">[N, D].</param>
    /// <param name="y">[M, D] (or what the kind says).</param>
    /// <returns>[N, M], in float32 at least.</returns>
    public abstract Tensor Matrix(Tensor x, Tensor y);
}
