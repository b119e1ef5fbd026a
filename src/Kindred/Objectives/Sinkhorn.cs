using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>Sinkhorn-Knopp: soft assignments of rows to prototypes that use every prototype equally.</summary>
/// <remarks>
/// Cuturi, arXiv:1306.0895, as in SwAV, arXiv:2006.09882, Sec. 3.1: Q ∝ exp(S/ε); repeat: prototypes to mass 1/K, rows to mass 1/B; return B·Q. Ends on
/// rows, so they sum to 1 exactly and prototypes only approximately. Kept as two scaling vectors, so the matrix is made once and read
/// once an iteration; where exp could underflow (a score range above about 80 ε in float32) it runs in the log domain instead. Never differentiates.
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
        Require.Temperature(epsilon);
        using var _ = NoGradient.Begin();
        using var scope = Scope.Open();
        var wide = Stable.Wide(scores.Detach()).Contiguous();
        if (wide.Numel == 0)
            return scope.Return(wide.Clone());
        var (least, most) = wide.Aminmax();
        var top = most.Item();
        var safe = wide.Dtype == Dtype.Float64 ? 600 : 70;
        return scope.Return((top - least.Item()) / epsilon < safe ? Scaled(wide, top, epsilon, iterations) : Logarithmic(wide / epsilon, iterations));
    }

    /// <summary>Q = diag(u) E diag(v). A block of rows is scaled and summed while it is in cache: one pass over the matrix per iteration.</summary>
    static Tensor Scaled(Tensor scores, double top, double epsilon, int iterations)
    {
        var (rows, prototypes) = (scores.Size(0), scores.Size(1));
        var e = scores.EmptyLike();
        var columns = Tensor.Zeros([prototypes], dtype: e.Dtype, device: e.Device);
        foreach (var block in Blocks(e))
        {
            using var scope = Scope.Open();
            var part = block(e).Copy_(block(scores)).Sub_(top).Mul_(1 / epsilon).Exp_();
            columns.Add_(part.Sum(0));
        }
        if (iterations == 0)
            return e.Mul_(rows / columns.Sum());
        for (var i = 1; i <= iterations; i++)
        {
            using var round = Scope.Open();
            var v = (columns * prototypes).Reciprocal_();                     // prototype mass 1/K
            columns.Zero_();
            foreach (var block in Blocks(e))
            {
                using var scope = Scope.Open();
                var part = block(e);
                var u = part.Mv(v).Reciprocal_();                             // row mass 1
                if (i == iterations)
                    part.Mul_(v).Mul_(u.Unsqueeze(1));
                else
                    columns.Add_(part.T().Mv(u), 1.0 / rows);
            }
        }
        return e;
    }

    /// <summary>Blocks of rows of about 768 kB; a GPU takes the matrix at once.</summary>
    static IEnumerable<Func<Tensor, Tensor>> Blocks(Tensor e)
    {
        var (rows, size) = (e.Size(0), e.Device.IsCuda ? e.Size(0) : Math.Max(1, (768 << 10) / (e.Size(1) * e.Dtype.Size)));
        for (long at = 0; at < rows; at += size)
        {
            var (first, count) = (at, Math.Min(size, rows - at));
            yield return x => x.Narrow(0, first, count);
        }
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
