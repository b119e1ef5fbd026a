using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Memories;

/// <summary>SpCL's memory: one row per source class and one per target instance, each a moving average of the features seen for it.</summary>
/// <remarks>
/// Ge et al., arXiv:2006.02713, Sec. 3.2: v ← n(m v + (1 − m) f), m the weight of the old value (0.2). The official code takes the samples of a batch one
/// after the other; the paper averages the samples of a class first. Read it before, and update it after, the backward passes of a step.
/// </remarks>
public sealed class HybridMemory : Module
{
    readonly Buffer rows;
    readonly double momentum;
    readonly bool perBatchMean;

    /// <summary>A memory that starts from given rows: class means, then instance features.</summary>
    /// <param name="rows">Unit rows, `[M, D]`.</param>
    /// <param name="momentum">Weight m of the old value.</param>
    /// <param name="perBatchMean">Averages the features of a row before one update, instead of an update each.</param>
    public HybridMemory(Tensor rows, double momentum = 0.2, bool perBatchMean = false)
    {
        this.rows = new(rows) { Grows = true };
        (this.momentum, this.perBatchMean) = (momentum, perBatchMean);
    }

    /// <summary>`[M, D]`; no gradient.</summary>
    public Tensor Rows => rows;

    /// <summary>Moves the rows of a batch towards its features.</summary>
    /// <param name="features">`[B, D]`.</param>
    /// <param name="index">Row of each feature, int64 `[B]`; a row may come several times.</param>
    public void Update(Tensor features, Tensor index)
    {
        using var scope = Scope.Open();
        using var quiet = NoGradient.Begin();
        var f = features.Detach().To(rows.Value.Dtype);
        if (perBatchMean)
            UpdateMeans(f, index);
        else
            UpdateInTurn(f, index);
    }

    /// <summary>Replaces all rows, when an epoch begins with freshly extracted features.</summary>
    /// <param name="fresh">Unit rows, `[M, D]`.</param>
    public void Reset(Tensor fresh) => rows.Set(fresh);

    // The k-th occurrences of every row form a round: within a round all rows differ, so it is one batched update.
    void UpdateInTurn(Tensor f, Tensor index)
    {
        var targets = index.ToArray<long>();
        var seen = new Dictionary<long, int>();
        var rounds = targets.Select((row, i) => (Sample: (long)i, Round: seen[row] = seen.GetValueOrDefault(row) + 1)).GroupBy(entry => entry.Round);
        foreach (var round in rounds.OrderBy(group => group.Key))
        {
            long[] samples = [.. round.Select(entry => entry.Sample)];
            var picked = Tensor.From<long>(samples, [samples.Length]).To(f.Device);
            Move(index.IndexSelect(0, picked), f.IndexSelect(0, picked));
        }
    }

    void UpdateMeans(Tensor f, Tensor index)
    {
        var counts = index.Bincount(minlength: rows.Value.Size(0));
        var touched = counts.Nonzero().Squeeze(1);
        var means = rows.Value.ZerosLike().IndexAdd(0, index, f) / counts.ClampMin(1).Unsqueeze(1);
        Move(touched, means.IndexSelect(0, touched));
    }

    void Move(Tensor index, Tensor f)
    {
        var moved = (rows.Value.IndexSelect(0, index) * momentum + f * (1 - momentum)).Normalize();
        rows.Value.IndexCopy_(0, index, moved);
    }
}
