using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>Where SupCon sums over the positives.</summary>
public enum PositiveSum
{
    /// <summary>Outside the logarithm (Eq. 2), the better one.</summary>
    Out,

    /// <summary>Inside the logarithm (Eq. 3).</summary>
    In,
}

/// <summary>Supervised contrast: every view of every image of one's class is a positive, all other rows repel.</summary>
/// <remarks>
/// Khosla et al., arXiv:2004.11362, Eq. 2: L = mean_i −(1/|P|) Σ_{p∈P(i)} [sᵢₚ/τ − log Σ_{a≠i} exp(sᵢₐ/τ)]; Eq. 3:
/// −log (1/|P|) Σ_p exp(sᵢₚ/τ) / Σ_{a≠i} exp(sᵢₐ/τ). Without labels every image is a class, and the outer form is NT-Xent. An anchor without
/// positives counts 0 but stays in the mean. A batch of one row, or of singletons in one view, gives 0 with zero gradient.
/// From 512 rows on the outer form holds no N×N matrix.
/// </remarks>
public static class SupCon
{
    /// <summary>The loss, mean over anchors.</summary>
    /// <param name="features">[B, V, D], V views of each image.</param>
    /// <param name="labels">[B], or null for every image a class of its own, which an image with a negative label is in any case (<see cref="Labels"/>).</param>
    /// <param name="temperature">τ.</param>
    /// <param name="baseTemperature">The official code's τ₀ = 0.07: the loss is multiplied by τ/τ₀. Null leaves the loss as in the paper.</param>
    /// <param name="sum">Where the positives are summed.</param>
    /// <param name="firstViewOnly">Only first views are anchors (<c>contrast_mode=one</c>); all rows are contrasts.</param>
    /// <param name="normalize">Rows to unit length first.</param>
    /// <param name="tile">Rows per tile; 0 computes the whole matrix; null decides by size. Only the outer form over all anchors tiles.</param>
    public static Tensor Loss(Tensor features, Tensor? labels = null, double temperature = 0.1, double? baseTemperature = null,
        PositiveSum sum = PositiveSum.Out, bool firstViewOnly = false, bool normalize = true, int? tile = null) =>
        PerAnchor(features, labels, temperature, baseTemperature, sum, firstViewOnly, normalize, tile).Mean();

    /// <summary>The loss of each anchor, view-major: [V·B], or [B] with first views only.</summary>
    public static Tensor PerAnchor(Tensor features, Tensor? labels = null, double temperature = 0.1, double? baseTemperature = null,
        PositiveSum sum = PositiveSum.Out, bool firstViewOnly = false, bool normalize = true, int? tile = null)
    {
        Require.Temperature(temperature);
        if (features.Dim != 3)
            throw new ArgumentException($"SupCon takes [B, V, D], V views of each of B images; got [{string.Join(", ", features.Shape)}]", nameof(features));
        var (images, views) = (features.Size(0), features.Size(1));
        var z = Rowwise.Unit(features, normalize).Transpose(0, 1).Reshape([views * images, features.Size(2)]);
        var classes = (labels is null ? Tensor.Arange(images, dtype: Dtype.Int64, device: z.Device) : Labels.OwnClasses(labels)).Repeat([views]);
        var perAnchor = sum == PositiveSum.Out && !firstViewOnly && TiledLogSumExp.Tiles(z.Size(0), tile)
            ? Tiled(z, classes, temperature, tile)
            : Plain(z, classes, firstViewOnly ? images : views * images, temperature, sum);
        return baseTemperature is { } scale ? perAnchor * (temperature / scale) : perAnchor;
    }

    static Tensor Plain(Tensor z, Tensor classes, long anchors, double temperature, PositiveSum sum)
    {
        var self = Masks.Self(z.Size(0), z).Narrow(0, 0, anchors);                              // [A, N]
        var positive = classes.Narrow(0, 0, anchors).Unsqueeze(1).Eq(classes.Unsqueeze(0)).LogicalAnd(self.LogicalNot());
        var count = positive.Sum(1);                                                             // |P|, [A]
        var logits = Masks.Without(Pairwise.Dot(z.Narrow(0, 0, anchors), z) / temperature, self);
        var all = logits.Logsumexp([1]);
        var attraction = sum == PositiveSum.Out
            ? logits.MaskedFill(positive.LogicalNot(), 0).Sum(1) / count.ClampMin(1)
            : Masks.Without(logits, positive.LogicalNot()).Logsumexp([1]) - count.ClampMin(1).To(z.Dtype).Log();
        return (all - attraction).MaskedFill(count.Eq(0), 0);
    }

    /// <summary>The same through class sums: Σ_p zᵢ·z_p = zᵢ·(Σ_{class} z − zᵢ), so only the log-sum-exp needs all pairs.</summary>
    static Tensor Tiled(Tensor z, Tensor classes, double temperature, int? tile)
    {
        var (_, group, size) = classes.Unique2(sorted: true, returnInverse: true, returnCounts: true);
        var sums = Tensor.Zeros([size.Size(0), z.Size(1)], dtype: z.Dtype, device: z.Device).IndexAdd(0, group, z);
        var count = size.IndexSelect(0, group) - 1;
        var attraction = Rowwise.Dot(z, sums.IndexSelect(0, group) - z) / count.ClampMin(1) / temperature;
        return (TiledLogSumExp.Self(z, temperature, tile) - attraction).MaskedFill(count.Eq(0), 0);
    }
}
