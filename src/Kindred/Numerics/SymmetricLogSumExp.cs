using Kindred.Torch;

namespace Kindred.Numerics;

/// <summary>The log-sum-exp of a batch against itself, in tiles on and above the diagonal.</summary>
/// <remarks>
/// With y = z/√τ and E = exp(y yᵀ) without its diagonal, the value is log E1 and, for an upstream gradient g and a = g/(E1),
/// the gradient of y is (a + aᵀ)∘E y. Both read E symmetrically, so a tile above the diagonal serves its rows and its columns.
/// Where no score can exceed <see cref="Direct"/>, exp needs no shift, and the tiles of a batch of a few thousand rows are kept for the backward
/// pass; larger ones are made again. Elsewhere every row keeps its own running maximum.
/// </remarks>
sealed class SymmetricLogSumExp(double temperature, int tile) : Autograd.Function
{
    /// <summary>How many bytes of tiles wait for the backward pass.</summary>
    static long Kept(Device device) => device.IsCuda ? 1L << 30 : 40L << 20;

    bool direct;

    /// <summary>Largest score whose exponentials, and sums of millions of them, are far from both ends of the type.</summary>
    internal static double Direct(Dtype dtype) => dtype == Dtype.Float64 ? 300 : 40;

    protected override Tensor[] Forward(Tensor[] inputs)
    {
        using var _ = Autocast.Suspend(inputs[0].Device);
        var y = inputs[0] * (1 / Math.Sqrt(temperature));
        direct = y.Square().Sum(1).Max().Item() <= Direct(y.Dtype);
        var kept = new List<Tensor>();
        var value = direct ? Sums(y, kept).Log_() : Running(y);
        Save([y, value, .. kept]);
        return [value];
    }

    protected override Tensor?[] Backward(Tensor?[] gradients)
    {
        using var _ = Autocast.Suspend(Saved[0].Device);
        var (y, value, g) = (Saved[0], Saved[1], gradients[0]!);
        var gradient = y.ZerosLike();
        var weight = direct ? (g * (-value).Exp()).Contiguous() : g;
        var tiles = 0;
        foreach (var (first, second) in Pairs(y.Size(0)))
        {
            using var scope = Scope.Open();
            var (yi, yj) = (Rows(y, first), Rows(y, second));
            var (wi, wj) = (Rows(weight, first), Rows(weight, second));
            var share = Saved.Count > 2 ? (wi.Unsqueeze(1) + wj).Mul_(Saved[2 + tiles++])
                : direct ? Weighed(yi.Mm(yj.T()), first == second, wi, wj)
                : Shares(yi.Mm(yj.T()), first == second, (Rows(value, first).Unsqueeze(1), wi.Unsqueeze(1)), (Rows(value, second), wj));
            Rows(gradient, first).Addmm_(share, yj);
            if (first != second)
                Rows(gradient, second).Addmm_(share.T(), yi);
        }
        return [gradient.Mul_(1 / Math.Sqrt(temperature))];
    }

    /// <summary>gᵢ exp(s − lseᵢ) + gⱼ exp(s − lseⱼ): no term above its g, whatever the scores.</summary>
    static Tensor Shares(Tensor scores, bool diagonal, (Tensor Value, Tensor Weight) row, (Tensor Value, Tensor Weight) column)
    {
        Mask(scores, diagonal);
        var share = (scores - column.Value).Exp_().Mul_(column.Weight);
        return share.Add_(scores.Sub_(row.Value).Exp_().Mul_(row.Weight));
    }

    /// <summary>Σ_{k≠i} exp, [N]; the tiles of small batches go to <paramref name="kept"/>.</summary>
    Tensor Sums(Tensor y, List<Tensor> kept)
    {
        var rows = y.Size(0);
        var keep = rows * (rows + tile) / 2 * y.Dtype.Size <= Kept(y.Device);
        var sums = Tensor.Zeros([rows], dtype: y.Dtype, device: y.Device);
        foreach (var (first, second) in Pairs(rows))
        {
            using var scope = Scope.Open();
            var e = Exponential(Rows(y, first).Mm(Rows(y, second).T()), first == second, Rows(sums, first), Rows(sums, second));
            if (keep)
                kept.Add(scope.Return(e));
        }
        return sums;
    }

    /// <summary>The same as logarithms, each row shifted by its own maximum.</summary>
    Tensor Running(Tensor y)
    {
        var value = Tensor.Full([y.Size(0)], Masks.Excluded, dtype: y.Dtype, device: y.Device);
        foreach (var (first, second) in Pairs(y.Size(0)))
        {
            using var scope = Scope.Open();
            var scores = Rows(y, first).Mm(Rows(y, second).T());
            Mask(scores, first == second);
            Join(Rows(value, first), scores.Logsumexp(1));
            if (first != second)
                Join(Rows(value, second), scores.Logsumexp(0));
        }
        return value;

        static void Join(Tensor at, Tensor part) => at.Copy_(at.Logaddexp(part));
    }

    /// <summary>The scores' exponentials, added to the sums of their rows and, off the diagonal, of their columns.</summary>
    static Tensor Exponential(Tensor scores, bool diagonal, Tensor rowSums, Tensor columnSums)
    {
        if (ExponentialTile.Serves(scores))
        {
            ExponentialTile.Sum(diagonal ? scores.FillDiagonal_(ExponentialTile.Nothing) : scores, rowSums, diagonal ? null : columnSums);
            return scores;
        }
        Exponential(scores, diagonal);
        rowSums.Add_(scores.Sum(1));
        if (!diagonal)
            columnSums.Add_(scores.Sum(0));
        return scores;
    }

    /// <summary>exp(score)·(row weight + column weight).</summary>
    static Tensor Weighed(Tensor scores, bool diagonal, Tensor rowWeight, Tensor columnWeight)
    {
        if (!ExponentialTile.Serves(scores))
            return Exponential(scores, diagonal).Mul_(rowWeight.Unsqueeze(1) + columnWeight);
        ExponentialTile.Weigh(diagonal ? scores.FillDiagonal_(ExponentialTile.Nothing) : scores, rowWeight, columnWeight);
        return scores;
    }

    static Tensor Exponential(Tensor scores, bool diagonal)
    {
        scores.Exp_();
        return diagonal ? scores.FillDiagonal_(0) : scores;
    }

    static void Mask(Tensor scores, bool diagonal)
    {
        if (diagonal)
            scores.FillDiagonal_(Masks.Excluded);
    }

    IEnumerable<((long At, long Count) First, (long At, long Count) Second)> Pairs(long rows)
    {
        for (long i = 0; i < rows; i += tile)
            for (var j = i; j < rows; j += tile)
                yield return ((i, Math.Min(tile, rows - i)), (j, Math.Min(tile, rows - j)));
    }

    static Tensor Rows(Tensor x, (long At, long Count) block) => x.Narrow(0, block.At, block.Count);
}
