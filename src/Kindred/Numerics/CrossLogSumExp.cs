using Kindred.Torch;

namespace Kindred.Numerics;

/// <summary>The log-sum-exp of the rows of one set against another, in tiles that are made again in the backward pass.</summary>
/// <remarks>
/// Where no score can exceed <see cref="SymmetricLogSumExp.Direct"/>, exp needs no shift and tiles of float32 on the processor stay in its cache
/// (<see cref="ExponentialTile"/>). Elsewhere strips of whole rows go through the operator log-sum-exp.
/// </remarks>
/// <param name="temperature">τ.</param>
/// <param name="tile">Rows per strip, and rows and columns per tile; null chooses.</param>
sealed class CrossLogSumExp(double temperature, int? tile) : Autograd.Function
{
    bool direct;

    protected override Tensor[] Forward(Tensor[] inputs)
    {
        using var _ = Autocast.Suspend(inputs[0].Device);
        var (a, b) = (inputs[0] / temperature, inputs[1]);
        direct = a.Dtype == Dtype.Float32 && a.Device.Type == Device.Cpu.Type && Largest(a) * Largest(b) <= SymmetricLogSumExp.Direct(a.Dtype);
        var value = Tensor.Zeros([a.Size(0)], dtype: a.Dtype, device: a.Device);
        foreach (var (rows, columns) in Tiles(a.Size(0), b.Size(0)))
        {
            using var scope = Scope.Open();
            var scores = Part(a, rows).Mm(Part(b, columns).T());
            if (direct)
                ExponentialTile.Sum(scores, Part(value, rows), null);
            else
                Part(value, rows).Copy_(scores.Logsumexp(1));
        }
        if (direct)
            value.Log_();
        Save(a, b, value);
        return [value];
    }

    protected override Tensor?[] Backward(Tensor?[] gradients)
    {
        using var _ = Autocast.Suspend(Saved[0].Device);
        var (a, b, value, g) = (Saved[0], Saved[1], Saved[2], gradients[0]!);
        var (da, db) = (a.ZerosLike(), b.ZerosLike());
        var weight = direct ? (g * (-value).Exp()).Contiguous() : g;
        foreach (var (rows, columns) in Tiles(a.Size(0), b.Size(0)))
        {
            using var scope = Scope.Open();
            var (ai, bj) = (Part(a, rows), Part(b, columns));
            var share = ai.Mm(bj.T());
            if (direct)
                ExponentialTile.Weigh(share, Part(weight, rows), null);
            else
                share.Sub_(Part(value, rows).Unsqueeze(1)).Exp_().Mul_(Part(weight, rows).Unsqueeze(1));
            Part(da, rows).Addmm_(share, bj);
            Part(db, columns).Addmm_(share.T(), ai);
        }
        return [da.Div_(temperature), db];
    }

    static double Largest(Tensor x) => Math.Sqrt(x.Square().Sum(1).Max().Item());

    IEnumerable<((long At, long Count) Rows, (long At, long Count) Columns)> Tiles(long rows, long columns)
    {
        var height = tile ?? (direct ? TiledLogSumExp.DefaultTile(Device.Cpu) : Strip(columns));
        var width = direct ? height : columns;
        for (long i = 0; i < rows; i += height)
            for (long j = 0; j < columns; j += width)
                yield return ((i, Math.Min(height, rows - i)), (j, Math.Min(width, columns - j)));
    }

    // About four million scores at once.
    static long Strip(long columns) => Math.Clamp((1 << 22) / Math.Max(columns, 1), 32, 1024);

    static Tensor Part(Tensor x, (long At, long Count) block) => x.Narrow(0, block.At, block.Count);
}
