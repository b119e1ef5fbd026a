using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>The log-sum-exp of the rows of one set against another, in strips of rows that are made again in the backward pass.</summary>
sealed class CrossLogSumExp(double temperature, int tile) : Autograd.Function
{
    /// <summary>Rows per strip: about four million scores at once.</summary>
    public static int DefaultTile(long columns) => (int)Math.Clamp((1 << 22) / Math.Max(columns, 1), 32, 1024);

    protected override Tensor[] Forward(Tensor[] inputs)
    {
        using var _ = Autocast.Suspend(inputs[0].Device);
        var (a, b) = (inputs[0], inputs[1]);
        var value = Tensor.Empty([a.Size(0)], dtype: a.Dtype, device: a.Device);
        foreach (var (at, count) in Strips(a.Size(0)))
        {
            using var scope = Scope.Open();
            value.Narrow(0, at, count).Copy_(Strip(a.Narrow(0, at, count), b).Logsumexp(1));
        }
        Save(a, b, value);
        return [value];
    }

    protected override Tensor?[] Backward(Tensor?[] gradients)
    {
        using var _ = Autocast.Suspend(Saved[0].Device);
        var (a, b, value, g) = (Saved[0], Saved[1], Saved[2], gradients[0]! / temperature);
        var (da, db) = (a.EmptyLike(), b.ZerosLike());
        foreach (var (at, count) in Strips(a.Size(0)))
        {
            using var scope = Scope.Open();
            var rows = a.Narrow(0, at, count);
            var share = Strip(rows, b).Sub_(value.Narrow(0, at, count).Unsqueeze(1)).Exp_().Mul_(g.Narrow(0, at, count).Unsqueeze(1));
            da.Narrow(0, at, count).Copy_(share.Mm(b));
            db.Addmm_(share.T(), rows);
        }
        return [da, db];
    }

    Tensor Strip(Tensor rows, Tensor b) => rows.Mm(b.T()).Div_(temperature);

    IEnumerable<(long At, long Count)> Strips(long rows)
    {
        for (long at = 0; at < rows; at += tile)
            yield return (at, Math.Min(tile, rows - at));
    }
}
