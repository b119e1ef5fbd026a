using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Metrics;

/// <summary>Weighted nearest-neighbour classification: the k most similar training rows vote for their class.</summary>
/// <remarks>
/// Wu et al., arXiv:1805.01978, Sec. 3.4: score of class c = Σ over neighbours of class c of exp(s/T), s the cosine. Votes are kept as logarithms
/// and in float64, so no temperature overflows. k above the number of training rows takes them all; ties between classes go to the lower one.
/// </remarks>
public static class KnnVote
{
    /// <summary>The votes as logarithms, ln Σ exp(s/T): [M, classes], float64; −∞ for a class without neighbour.</summary>
    /// <param name="train">[N, D]; normalised here.</param>
    /// <param name="labels">[N], 0..classes−1; rows with a negative one do not vote.</param>
    /// <param name="test">[M, D].</param>
    /// <param name="classes">C.</param>
    /// <param name="k">Neighbours: 200 in InstDisc, 20 in DINO.</param>
    /// <param name="temperature">T: 0.07, or 0.1 on CIFAR.</param>
    public static Tensor Scores(Tensor train, Tensor labels, Tensor test, int classes, int k = 200, double temperature = 0.07)
    {
        Require.Temperature(temperature);
        using var _ = NoGradient.Begin();
        using var scope = Scope.Open();
        if (Labels.Rows(labels) is { } known)
            (train, labels) = (train.IndexSelect(0, known), labels.IndexSelect(0, known));
        var votes = Tensor.Full([test.Size(0), classes], double.NegativeInfinity, dtype: Dtype.Float64, device: test.Device);
        if (labels.Numel > 0)
            Neighbours(train, test, k, (at, similarity, neighbours) => votes.Narrow(0, at, neighbours.Size(0))
                .Copy_(Count(similarity, labels.IndexSelect(0, neighbours.Flatten()).ViewAs(neighbours), classes, temperature)));
        return scope.Return(votes);
    }

    /// <summary>The votes of neighbours at hand, ln Σ exp(s/T) over those of each class: the largest similarity of a row is taken out before exp and put back after the logarithm.</summary>
    /// <param name="similarity">[M, k]; −∞ does not vote.</param>
    /// <param name="voters">Class of each neighbour, int64 [M, k], 0..classes−1.</param>
    /// <param name="classes">C.</param>
    /// <param name="temperature">T.</param>
    /// <returns>[M, classes], float64; −∞ for a class without neighbour, or one that has less than e⁻⁷⁴⁰ of the nearest one's vote.</returns>
    public static Tensor Count(Tensor similarity, Tensor voters, int classes, double temperature)
    {
        Require.Temperature(temperature);
        using var _ = NoGradient.Begin();
        var scaled = similarity.To(Dtype.Float64) / temperature;
        var largest = scaled.Amax([1], keepdim: true);
        largest = largest.MaskedFill(largest.Isinf(), 0);
        return Tensor.Zeros([similarity.Size(0), classes], dtype: Dtype.Float64, device: similarity.Device)
            .ScatterAdd_(1, voters, (scaled - largest).Exp()).Log() + largest;
    }

    /// <summary>The k most similar training rows of each test row, nearest first, a block of test rows at a time.</summary>
    /// <param name="train">[N, D]; normalised here.</param>
    /// <param name="test">[M, D]; normalised here.</param>
    /// <param name="k">Neighbours; at most N are returned.</param>
    /// <param name="visit">Given the block's first test row, its cosines [m, k] and its training rows [m, k], which die when it returns.</param>
    public static void Neighbours(Tensor train, Tensor test, int k, Action<long, Tensor, Tensor> visit)
    {
        using var _ = NoGradient.Begin();
        using var outer = Scope.Open();
        Search(train.Detach().Normalize().T(), test.Detach(), k, rows => rows.Normalize(), (_, products) => products, visit);
    }

    /// <summary>The k training rows nearest to each test row in the Euclidean sense, nearest first: for maps whose distances mean something, and not only their angles.</summary>
    /// <param name="train">[N, D].</param>
    /// <param name="test">[M, D].</param>
    /// <param name="k">Neighbours; at most N are returned.</param>
    /// <param name="visit">Given the block's first test row, its distances as negative numbers [m, k] and its training rows [m, k], which die when it returns.</param>
    public static void NearestRows(Tensor train, Tensor test, int k, Action<long, Tensor, Tensor> visit)
    {
        using var _ = NoGradient.Begin();
        using var outer = Scope.Open();
        var center = train.Detach().Mean([0], keepdim: true);                    // far from the origin squares would drown the differences
        var bank = train.Detach() - center;
        // 2 q·b − |b|² = |q|² − |q − b|²: the largest product is the nearest row.
        Search(Tensor.Cat([bank, bank.Square().Sum([1], keepdim: true)], 1).T(), test.Detach() - center, k,
            rows => Tensor.Cat([rows * 2, Tensor.Full([rows.Size(0), 1], -1, rows.Dtype, rows.Device)], 1),
            (rows, products) => -(rows.Square().Sum([1], keepdim: true) - products).ClampMin(0).Sqrt(), visit);
    }

    static void Search(Tensor bank, Tensor test, int k, Func<Tensor, Tensor> ask, Func<Tensor, Tensor, Tensor> similarity, Action<long, Tensor, Tensor> visit)
    {
        var (all, wanted) = (bank.Size(1), (int)Math.Min(k, bank.Size(1)));
        var block = Math.Clamp((12 << 20) / Math.Max(all, 1), 64, 1024);
        for (long at = 0; at < test.Size(0); at += block)
        {
            using var scope = Scope.Open();
            var rows = test.Narrow(0, at, Math.Min(block, test.Size(0) - at));
            var (products, neighbours) = Largest(ask(rows).Matmul(bank), wanted);
            visit(at, similarity(rows, products), neighbours);
        }
    }

    /// <summary>The k largest of each row, exactly: they lie in the k groups with the largest maxima, so only those are searched.</summary>
    /// <param name="scores">[M, N].</param>
    /// <param name="k">At most N.</param>
    static (Tensor Values, Tensor Columns) Largest(Tensor scores, int k)
    {
        const int Group = 16;
        var (rows, width) = (scores.Size(0), scores.Size(1) / Group);            // group j holds columns j, j + width, …
        if (width < 2 * k)
            return scores.Topk(k, 1);
        var grid = scores.Narrow(1, 0, Group * width).Unflatten(1, [Group, width]);
        var (_, best) = grid.Amax([1]).Topk(k, 1, sorted: false);                // [M, k]
        var inside = best.Unsqueeze(1).Expand([rows, Group, k]);
        var candidates = grid.Gather(2, inside).Flatten(1);                      // [M, Group · k]
        var columns = (inside + Tensor.Arange(Group, dtype: Dtype.Int64, device: scores.Device).Mul(width).View([1, Group, 1])).Flatten(1);
        if (scores.Size(1) - Group * width is var rest and > 0)
        {
            candidates = Tensor.Cat([candidates, scores.Narrow(1, Group * width, rest)], 1);
            columns = Tensor.Cat([columns, Tensor.Arange(Group * width, scores.Size(1), dtype: Dtype.Int64, device: scores.Device).Expand([rows, rest])], 1);
        }
        var (values, at) = candidates.Topk(k, 1);
        return (values, columns.Gather(1, at));
    }

    /// <summary>The class with the most votes: [M].</summary>
    public static Tensor Predict(Tensor votes) => votes.Argmax(1);
}
