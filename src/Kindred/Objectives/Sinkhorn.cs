using Kindred.Similarities;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>Sinkhorn-Knopp: soft assignments of rows to prototypes that use every prototype equally.</summary>
/// <remarks>
/// Cuturi, arXiv:1306.0895, as in SwAV, arXiv:2006.09882, Sec. 3.1: Q ∝ exp(S/ε); repeat: prototypes to mass 1/K, rows to mass 1/B; return B·Q. Ends on
/// rows, so they sum to 1 exactly and prototypes only approximately. Kept as two scaling vectors, so the matrix is made once and read
/// twice an iteration; where exp could underflow (a score range above about 80 ε in float32) it runs in the log domain instead. Never differentiates.
/// Zero iterations give B·Q, the joint softmax. A prototype that no row can reach, even in the log domain, keeps mass near 0.
/// </remarks>
public static class Sinkhorn
{
    /// <summary>The codes [B, K] of scores [B, K].</summary>
    /// <param name="scores">Similarities of rows and prototypes.</param>
    /// <param name="epsilon">ε, the entropy: small is sharp.</param>
    /// <param name="iterations">Rounds of scaling.</param>
    public static Tensor Codes(Tensor scores, double epsilon = 0.05, int iterations = 3)
    {
        Scores.Require(epsilon);
        using var _ = NoGradient.Begin();
        var logits = Scores.Wide(scores.Detach()) / epsilon;
        if (logits.Numel == 0)
            return logits;
        var top = logits.Max();
        var range = (top - logits.Min()).Item();
        var safe = logits.Dtype == Dtype.Float64 ? 600 : 70;
        return range < safe ? Scaled(logits.Sub_(top).Exp_(), iterations) : Logarithmic(logits, iterations);
    }

    /// <summary>Q = diag(u) E diag(v): each half-round is one product of the matrix with a vector.</summary>
    static Tensor Scaled(Tensor e, int iterations)
    {
        var (rows, prototypes) = (e.Size(0), e.Size(1));
        if (iterations == 0)
            return e.Mul_(rows / e.Sum());
        var u = Tensor.Ones([rows], dtype: e.Dtype, device: e.Device);
        var v = u;
        for (var i = 0; i < iterations; i++)
        {
            v = (e.T().Mv(u) * prototypes).Reciprocal_();                 // prototype mass 1/K
            u = (e.Mv(v) * rows).Reciprocal_();                           // row mass 1/B
        }
        return e.Mul_(v).Mul_((u * rows).Unsqueeze(1));
    }

    static Tensor Logarithmic(Tensor logits, int iterations)
    {
        var (rows, prototypes) = (logits.Size(0), logits.Size(1));
        logits = logits - logits.Flatten().Logsumexp([0]);
        for (var i = 0; i < iterations; i++)
        {
            logits = logits - logits.Logsumexp([0], keepdim: true) - Math.Log(prototypes);
            logits = logits - logits.Logsumexp([1], keepdim: true) - Math.Log(rows);
        }
        return (logits + Math.Log(rows)).Exp();
    }
}
