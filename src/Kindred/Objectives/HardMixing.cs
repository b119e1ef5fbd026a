using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>MoCHi: makes extra negatives by mixing a query's hardest queue entries with each other and with the query.</summary>
/// <remarks>
/// Kalantidis, Sariyildiz, Pion, Weinzaepfel, Larlus, arXiv:2010.01028, Sec. 4: h = u(α n_a + (1 − α) n_b), α ~ U(0, 1); h′ = u(β q + (1 − β) n_c),
/// β ~ U(0, ½). Synthetic rows are constants and never enter the queue. Without any it is MoCo's InfoNCE. Two opposite entries mixed half and half
/// give a zero row: similarity 0.
/// </remarks>
public static class HardMixing
{
    /// <summary>The queue rows most similar to each query, hardest first: [B, N].</summary>
    /// <param name="query">[B, D].</param>
    /// <param name="queue">[K, D], K ≥ 1.</param>
    /// <param name="count">N; at most K are returned.</param>
    public static Tensor Hardest(Tensor query, Tensor queue, int count)
    {
        using var _ = NoGradient.Begin();
        return Pairwise.Dot(Rowwise.Unit(query), queue).Topk(Math.Min(count, queue.Size(0)), 1).Indices;
    }

    /// <summary>Mixes of two hard negatives: [B, s, D].</summary>
    /// <param name="queue">[K, D].</param>
    /// <param name="hardest">[B, N] from <see cref="Hardest"/>.</param>
    /// <param name="first">[B, s] ranks in 0..N−1.</param>
    /// <param name="second">[B, s] ranks.</param>
    /// <param name="alpha">[B, s], weight of the first.</param>
    public static Tensor Pairs(Tensor queue, Tensor hardest, Tensor first, Tensor second, Tensor alpha)
    {
        using var _ = NoGradient.Begin();
        return Mix(Rows(queue, hardest, first), Rows(queue, hardest, second), alpha);
    }

    /// <summary>Mixes of the query with hard negatives: [B, s′, D].</summary>
    /// <param name="query">[B, D].</param>
    /// <param name="queue">[K, D].</param>
    /// <param name="hardest">[B, N].</param>
    /// <param name="ranks">[B, s′] ranks.</param>
    /// <param name="beta">[B, s′], weight of the query.</param>
    public static Tensor WithQuery(Tensor query, Tensor queue, Tensor hardest, Tensor ranks, Tensor beta)
    {
        using var _ = NoGradient.Begin();
        return Mix(Rowwise.Unit(query).Unsqueeze(1), Rows(queue, hardest, ranks), beta);
    }

    /// <summary>Draws s pair mixes and s′ query mixes: [B, s + s′, D].</summary>
    public static Tensor Draw(Tensor query, Tensor queue, int pool = 1024, int pairs = 512, int withQuery = 256, Generator? generator = null)
    {
        using var _ = NoGradient.Begin();
        var hardest = Hardest(query, queue, pool);
        var (rows, ranks) = (query.Size(0), hardest.Size(1));
        var mixes = new List<Tensor>();
        if (pairs > 0)
            mixes.Add(Pairs(queue, hardest, Ranks(pairs), Ranks(pairs), Uniform(pairs)));
        if (withQuery > 0)
            mixes.Add(WithQuery(query, queue, hardest, Ranks(withQuery), Uniform(withQuery) * 0.5));
        return mixes.Count > 0 ? Tensor.Cat([.. mixes], 1) : Tensor.Zeros([rows, 0, query.Size(1)], dtype: queue.Dtype, device: queue.Device);

        Tensor Uniform(long count) => Tensor.Rand([rows, count], generator: generator, dtype: queue.Dtype, device: queue.Device);
        Tensor Ranks(long count) => (Uniform(count) * ranks).Floor().ClampMax(ranks - 1).To(Dtype.Int64);
    }

    /// <summary>The loss: the key among the queue and the synthetic rows.</summary>
    /// <param name="query">[B, D], normalised here.</param>
    /// <param name="key">[B, D], normalised and detached here.</param>
    /// <param name="queue">[K, D], unit rows; detached here.</param>
    /// <param name="synthetic">[B, S, D] blocks of made negatives; detached here.</param>
    /// <param name="temperature">τ.</param>
    public static Tensor Loss(Tensor query, Tensor key, Tensor queue, IReadOnlyList<Tensor> synthetic, double temperature = 0.2) =>
        InfoNce.PerQuery(Logits(query, key, queue, synthetic, temperature)).Mean();

    /// <summary>The scores, [B, 1 + K + S]: the key in column 0, then the queue, then the synthetic rows.</summary>
    public static Tensor Logits(Tensor query, Tensor key, Tensor queue, IReadOnlyList<Tensor> synthetic, double temperature = 0.2)
    {
        Require.Temperature(temperature);
        var q = Rowwise.Unit(query);
        var match = Rowwise.Dot(q, Rowwise.Unit(key.Detach())).Unsqueeze(1);
        var made = synthetic.Select(h => Pairwise.Dot(q.Unsqueeze(1), h.Detach()).Squeeze(1));
        return Tensor.Cat([match, Pairwise.Dot(q, queue.Detach()), .. made], 1) / temperature;
    }

    static Tensor Rows(Tensor queue, Tensor hardest, Tensor ranks) =>
        queue.IndexSelect(0, hardest.Gather(1, ranks).Flatten()).View([ranks.Size(0), ranks.Size(1), queue.Size(1)]);

    static Tensor Mix(Tensor a, Tensor b, Tensor weight)
    {
        var share = weight.Unsqueeze(2);
        return (a * share + b * (-share + 1)).Normalize();
    }
}
