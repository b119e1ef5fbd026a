using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>InfoNCE: a query must find its positive key among negatives.</summary>
/// <remarks>
/// van den Oord, Li, Vinyals, CPC, arXiv:1807.03748, Eq. 4; as a look-up, He et al., MoCo, arXiv:1911.05722, Eq. 1:
/// L = −log exp(q·k₊/τ) / (exp(q·k₊/τ) + Σ exp(q·k₋/τ)), positive inside the denominator. Gradient flows to everything that is
/// given: detach keys that come from a momentum encoder or a queue. Without negatives the loss is 0. ln N − L bounds the mutual
/// information from below, so the loss of constant scores is ln N.
/// </remarks>
public static class InfoNce
{
    /// <summary>Queries against their positives and shared (or own) negatives.</summary>
    /// <param name="query">[B, D].</param>
    /// <param name="positive">[B, D], row i belongs to query i.</param>
    /// <param name="negatives">[K, D] for all queries, or [B, K, D] for each its own; K may be 0.</param>
    /// <param name="temperature">τ: 0.07 in MoCo v1, 0.2 in v2.</param>
    /// <param name="normalize">All rows to unit length first; false when they already are.</param>
    public static Tensor Loss(Tensor query, Tensor positive, Tensor negatives, double temperature = 0.07, bool normalize = true) =>
        PerQuery(Logits(query, positive, negatives, temperature, normalize)).Mean();

    /// <summary>The scores, positive in column 0: [B, 1 + K].</summary>
    public static Tensor Logits(Tensor query, Tensor positive, Tensor negatives, double temperature = 0.07, bool normalize = true)
    {
        Require.Temperature(temperature);
        var q = Rowwise.Unit(query, normalize);
        var match = Rowwise.Dot(q, Rowwise.Unit(positive, normalize)).Unsqueeze(1);
        var others = Rowwise.Unit(negatives, normalize);
        var rest = negatives.Dim == 3 ? Pairwise.Dot(q.Unsqueeze(1), others).Squeeze(1) : Pairwise.Dot(q, others);
        return Tensor.Cat([match, rest], 1) / temperature;
    }

    /// <summary>The loss of each row of logits whose positive is column 0: [B].</summary>
    public static Tensor PerQuery(Tensor logits) => logits.Logsumexp([-1]) - logits.Select(-1, 0);

    /// <summary>Queries against the keys of the same batch: key i is the positive of query i, the other keys are its negatives.</summary>
    /// <param name="query">[N, D].</param>
    /// <param name="key">[M ≥ N, D]; row offset + i belongs to query i.</param>
    /// <param name="temperature">τ.</param>
    /// <param name="normalize">Rows to unit length first.</param>
    /// <param name="symmetric">Also lets each key find its query, and takes the mean of both directions (CLIP); needs M = N.</param>
    /// <param name="offset">Where this device's keys begin among the gathered ones.</param>
    /// <param name="tile">Rows per tile; 0 computes the whole matrix at once; null decides by size. The result is the same.</param>
    public static Tensor InBatch(Tensor query, Tensor key, double temperature = 0.1, bool normalize = true, bool symmetric = false,
        long offset = 0, int? tile = null)
    {
        Require.Temperature(temperature);
        var (q, k) = (Rowwise.Unit(query, normalize), Rowwise.Unit(key, normalize));
        var match = Rowwise.Dot(q, k.Narrow(0, offset, q.Size(0))) / temperature;
        var loss = (TiledLogSumExp.Cross(q, k, temperature, tile) - match).Mean();
        return symmetric ? (loss + (TiledLogSumExp.Cross(k, q, temperature, tile) - match).Mean()) * 0.5 : loss;
    }

    /// <summary>The loss of a square matrix of scores, whoever made them: rows are queries, the diagonal is the positive.</summary>
    /// <param name="scores">[N, N], already divided by the temperature.</param>
    public static Tensor OfScores(Tensor scores) => CrossEntropy.Diagonal(Stable.Wide(scores)).Mean();
}
