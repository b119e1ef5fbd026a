using Kindred.Torch;

namespace Kindred.Information;

/// <summary>The InfoNCE lower bound: ln N minus the cross-entropy of finding a row's partner among N candidates; never above ln N.</summary>
/// <remarks>van den Oord et al., CPC, arXiv:1807.03748; Poole et al., arXiv:1905.06922. Low variance, but it saturates once I exceeds ln N.</remarks>
public static class InfoNceBound
{
    /// <summary>The estimate in nats, a scalar.</summary>
    /// <param name="scores">Row = query x, column = candidate y, diagonal = true pairs, `[N, N]`. One pair: 0.</param>
    public static Tensor Value(Tensor scores) =>
        (Pairs.Joint(scores) - scores.Logsumexp(1)).Mean() + Math.Log(scores.Size(0));

    /// <summary>The estimate with cosine similarity as the critic.</summary>
    /// <param name="x">`[N, D]`.</param>
    /// <param name="y">Partner of each row, `[N, D]`.</param>
    /// <param name="temperature">Divides the cosine, &gt; 0.</param>
    public static Tensor Value(Tensor x, Tensor y, double temperature) => Value(x.Normalize().Matmul(y.Normalize().T()) / temperature);

    /// <summary>Minus the estimate.</summary>
    /// <param name="scores">`[N, N]`.</param>
    public static Tensor Loss(Tensor scores) => -Value(scores);

    /// <summary>ln N, which no estimate exceeds.</summary>
    /// <param name="candidates">N.</param>
    public static double UpperLimit(long candidates) => Math.Log(candidates);
}
