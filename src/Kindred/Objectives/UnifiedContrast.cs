using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>SpCL's one softmax over everything that has an identity: source classes, target clusters, and target outliers on their own.</summary>
/// <remarks>
/// Ge et al., "Self-paced Contrastive Learning with Hybrid Memory", arXiv:2006.02713, eqs. 1–2: cross-entropy of f·cⱼ/τ at the own identity, cⱼ the mean
/// of the memory rows with label j (not normalised again; labels that no row has are left out). The official code uses
/// p = eˢ / (Σeˢ + ε), ln(p + ε) with ε = 1e-6; 0 is the exact softmax, to be preferred for τ &lt; 0.03. The memory carries no gradient.
/// </remarks>
public static class UnifiedContrast
{
    /// <summary>The mean loss.</summary>
    /// <param name="features">`[B, D]`; normalised here.</param>
    /// <param name="memory">Unit rows, `[M, D]`.</param>
    /// <param name="labels">Identity of each memory row, int64 `[M]`; a row with a negative one is an identity of its own (<see cref="Labels"/>).</param>
    /// <param name="index">Memory row of each feature, int64 `[B]`.</param>
    /// <param name="temperature">τ &gt; 0.</param>
    /// <param name="epsilon">ε of the softmax; 0: exact.</param>
    public static Tensor Loss(Tensor features, Tensor memory, Tensor labels, Tensor index, double temperature = 0.05, double epsilon = 0)
        => PerSample(features, memory, labels, index, temperature, epsilon).Mean();

    /// <summary>The loss of each feature, `[B]`; arguments as for <see cref="Loss"/>.</summary>
    public static Tensor PerSample(Tensor features, Tensor memory, Tensor labels, Tensor index, double temperature = 0.05, double epsilon = 0)
    {
        labels = Labels.OwnClasses(labels);
        var (centroids, empty) = Means(memory, labels);
        Require.Temperature(temperature);
        var logits = Masks.Without(Pairwise.Dot(Rowwise.Unit(features), centroids) / temperature, empty);                 // [B, L]
        var own = logits.Gather(1, labels.IndexSelect(0, index).Unsqueeze(1)).Squeeze(1);
        var all = logits.Logsumexp(1);
        if (epsilon == 0)
            return all - own;
        var log = all.FullLike(Math.Log(epsilon));
        return -(own - all.Logaddexp(log)).Logaddexp(log);
    }

    /// <summary>The mean memory row of each label, `[labels, D]`, zero for labels without rows; rows without a label follow as they are.</summary>
    /// <param name="memory">`[M, D]`.</param>
    /// <param name="labels">int64 `[M]`.</param>
    public static Tensor Centroids(Tensor memory, Tensor labels) => Means(memory, Labels.OwnClasses(labels)).Centroids;

    static (Tensor Centroids, Tensor Empty) Means(Tensor memory, Tensor labels)
    {
        using var quiet = NoGradient.Begin();
        var rows = Stable.Wide(memory.Detach());
        var counts = labels.Bincount();                                                       // [L]
        var sums = Tensor.Zeros([counts.Size(0), rows.Size(1)], rows.Dtype, rows.Device).IndexAdd(0, labels, rows);
        return (sums / counts.ClampMin(1).Unsqueeze(1), counts.Eq(0));
    }
}
