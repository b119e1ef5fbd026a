using Kindred.Torch;

namespace Kindred.Similarities;

/// <summary>Scores between rows, in float32 at least and through log-sum-exp, whatever autocast or the inputs' dtype say.</summary>
/// <remarks>
/// A bf16 similarity product costs gradient errors of 0.5 % at temperature 0.5 and 4 % at 0.07, so objectives leave the low-precision
/// region: bf16 and fp16 inputs are widened, float32 and float64 stay what they are.
/// </remarks>
static class Scores
{
    /// <summary>Stands for minus infinity under a softmax: it vanishes like it, but a row of nothing else still has a gradient (zero).</summary>
    public const double Excluded = -1e30;

    /// <summary>The tensor in float32 at least.</summary>
    public static Tensor Wide(Tensor x) => x.Dtype == Dtype.BFloat16 || x.Dtype == Dtype.Float16 ? x.To(Dtype.Float32) : x;

    /// <summary>Rows to unit length in float32 at least; as they are where <paramref name="normalize"/> is false.</summary>
    public static Tensor Unit(Tensor x, bool normalize = true) => normalize ? Wide(x).Normalize() : Wide(x);

    /// <summary>All inner products: [N, D] and [M, D] → [N, M]; batches of both where there are leading dimensions.</summary>
    public static Tensor Product(Tensor a, Tensor b)
    {
        using var _ = Autocast.Suspend(a.Device);
        return Wide(a).Matmul(Wide(b).Transpose(-2, -1));
    }

    /// <summary>A product of matrices as it stands: [N, D] · [D, M].</summary>
    public static Tensor Times(Tensor a, Tensor b)
    {
        using var _ = Autocast.Suspend(a.Device);
        return Wide(a).Matmul(Wide(b));
    }

    /// <summary>Inner products row by row: [..., D] and [..., D] → [...].</summary>
    public static Tensor Pairs(Tensor a, Tensor b) => (Wide(a) * Wide(b)).Sum(-1);

    /// <summary>Takes the masked scores out of a softmax.</summary>
    public static Tensor Without(Tensor scores, Tensor mask) => scores.MaskedFill(mask, Excluded);

    /// <summary>The diagonal of an [N, N] matrix as a mask.</summary>
    public static Tensor Self(long rows, Tensor like) => Tensor.Eye(rows, dtype: Dtype.Bool, device: like.Device);

    /// <summary>Minus the log-probability of one column per row: logits [N, M], columns [N] → [N].</summary>
    public static Tensor CrossEntropy(Tensor logits, Tensor columns) =>
        logits.Logsumexp([-1]) - logits.Gather(-1, columns.Unsqueeze(-1)).Squeeze(-1);

    /// <summary>Minus the log-probability of column i in row i: [N, M ≥ N] → [N].</summary>
    public static Tensor DiagonalCrossEntropy(Tensor logits, long offset = 0) =>
        logits.Logsumexp([-1]) - logits.Diagonal(offset);

    /// <summary>log(1 + eˣ) without overflow or a cut-off.</summary>
    public static Tensor Softplus(Tensor x) => -(-x).LogSigmoid();

    /// <summary>Distances row by row, with gradient zero where two rows coincide.</summary>
    public static Tensor Distance(Tensor a, Tensor b) => Root((Wide(a) - Wide(b)).Square().Sum(-1));

    /// <summary>Square root whose gradient at zero is zero instead of infinite.</summary>
    public static Tensor Root(Tensor square)
    {
        var zero = square.Eq(0);
        return square.MaskedFill(zero, 1).Sqrt().MaskedFill(zero, 0);
    }

    /// <summary>All Euclidean distances [N, M] from differences (not from inner products, which lose the digits near zero); gradient zero where rows coincide.</summary>
    public static Tensor Distances(Tensor a, Tensor b) => Tensor.Cdist(Wide(a), Wide(b), 2, computeMode: 2);

    /// <summary>Reads a temperature, or says what is wrong with it.</summary>
    public static void Require(double temperature)
    {
        if (!(temperature > 0) || double.IsInfinity(temperature))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "a temperature divides the scores: give a number above 0, for example 0.1");
    }
}
