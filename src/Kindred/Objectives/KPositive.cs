using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>What happens to queue entries of the anchor's class that were not drawn as positives.</summary>
public enum UnusedPositives
{
    /// <summary>They stay among the negatives ("v1", the official default).</summary>
    Keep,

    /// <summary>Their similarity is multiplied by 0, so each adds exp(0) = 1 to the denominator (the official code's "v2").</summary>
    Neutralise,

    /// <summary>They leave the denominator.</summary>
    Remove,
}

/// <summary>KCL: every anchor gets the same small number k of same-class positives, so head classes do not get more pull.</summary>
/// <remarks>
/// Kang, Li, Xie, Yuan, Feng, "Exploring Balanced Feature Spaces for Representation Learning", ICLR 2021:
/// L = mean_i −1/(1 + |Pᵢ|) Σ_{p ∈ {k₊} ∪ Pᵢ} log( exp(q·p/τ) / (exp(q·k₊/τ) + Σ_queue exp(q·kⱼ/τ)) ). Fewer candidates than k: |Pᵢ| shrinks with them; none
/// (or k = 0) is MoCo. Index −1 is padding.
/// </remarks>
public static class KPositive
{
    /// <summary>Draws up to k candidates of each anchor's class, uniformly without replacement: [B, k] rows, −1 where there are no more.</summary>
    /// <param name="labels">[B], the anchors' classes; one without a class (negative) draws nobody.</param>
    /// <param name="candidates">[K], the candidates' classes; a negative one is never drawn.</param>
    /// <param name="k">How many.</param>
    /// <param name="generator">Source of randomness.</param>
    /// <param name="forbidden">[B, K] bool, pairs never drawn (an anchor's own views), or null.</param>
    public static Tensor Draw(Tensor labels, Tensor candidates, int k, Generator? generator = null, Tensor? forbidden = null)
    {
        var allowed = Labels.Same(labels, candidates);
        if (forbidden is not null)
            allowed = allowed.LogicalAnd(forbidden.LogicalNot());
        var tickets = Tensor.Rand(allowed.Shape, generator: generator, dtype: Dtype.Float32, device: labels.Device).MaskedFill(allowed.LogicalNot(), -1);
        var drawn = (int)Math.Min(k, candidates.Size(0));
        var (values, rows) = tickets.Topk(drawn, 1);
        rows = rows.MaskedFill(values.Lt(0), -1);
        return drawn == k ? rows : rows.ConstantPadNd([0, k - drawn], -1);
    }

    /// <summary>Against a labelled queue: the loss of each query, [B].</summary>
    /// <param name="query">[B, D], normalised here.</param>
    /// <param name="key">[B, D], the momentum key of the same image; normalised and detached here.</param>
    /// <param name="queue">[K, D], unit rows; detached here.</param>
    /// <param name="positives">[B, k] queue rows from <see cref="Draw"/>, −1 for padding.</param>
    /// <param name="temperature">τ.</param>
    /// <param name="labels">[B], negative without a class; needed unless unused positives are kept.</param>
    /// <param name="queueLabels">[K], likewise.</param>
    /// <param name="unused">What becomes of same-class entries that were not drawn.</param>
    /// <param name="sum">Positives summed outside or inside the logarithm.</param>
    public static Tensor PerQuery(Tensor query, Tensor key, Tensor queue, Tensor positives, double temperature = 0.07,
        Tensor? labels = null, Tensor? queueLabels = null, UnusedPositives unused = UnusedPositives.Keep, PositiveSum sum = PositiveSum.Out)
    {
        Require.Temperature(temperature);
        var q = Rowwise.Unit(query);
        var match = Rowwise.Dot(q, Rowwise.Unit(key.Detach())).Unsqueeze(1);
        var chosen = Mask(positives, queue.Size(0));                                                    // [B, K]
        var rest = Pairwise.Dot(q, queue.Detach());
        if (unused != UnusedPositives.Keep)
        {
            if (labels is null || queueLabels is null)
                throw new ArgumentException("which positives are unused is only known from labels and queueLabels: give both, or keep them", nameof(unused));
            var idle = Labels.Same(labels, queueLabels).LogicalAnd(chosen.LogicalNot());
            rest = rest.MaskedFill(idle, unused == UnusedPositives.Remove ? Masks.Excluded : 0);
        }
        return Of(Tensor.Cat([match, rest], 1) / temperature, Tensor.Cat([match.OnesLike().To(Dtype.Bool), chosen], 1), sum);
    }

    /// <summary>Within a batch of views: each row's other views are always positives, the drawn rows come on top; [V·B], view-major.</summary>
    /// <param name="features">[B, V, D], normalised here.</param>
    /// <param name="positives">[V·B, k] view-major rows, −1 for padding.</param>
    /// <param name="temperature">τ.</param>
    /// <param name="sum">Positives summed outside or inside the logarithm.</param>
    public static Tensor PerAnchor(Tensor features, Tensor positives, double temperature = 0.1, PositiveSum sum = PositiveSum.Out)
    {
        Require.Temperature(temperature);
        var (images, views) = (features.Size(0), features.Size(1));
        var z = Rowwise.Unit(features).Transpose(0, 1).Reshape([views * images, features.Size(2)]);
        var self = Masks.Self(z.Size(0), z);
        var logits = Masks.Without(Pairwise.Dot(z, z) / temperature, self);
        return Of(logits, Chosen(positives, images, views), sum);
    }

    /// <summary>|{k₊} ∪ P|, how many positives each anchor has against a queue: [B].</summary>
    public static Tensor Used(Tensor positives) => positives.Ge(0).Sum(1) + 1;

    /// <summary>How many positives each row of a batch has, its other views included: [V·B].</summary>
    public static Tensor Used(Tensor positives, long images, long views) => Chosen(positives, images, views).Sum(1);

    static Tensor Chosen(Tensor positives, long images, long views)
    {
        var image = Tensor.Arange(images, dtype: Dtype.Int64, device: positives.Device).Repeat([views]);
        var twins = image.Unsqueeze(1).Eq(image.Unsqueeze(0));
        var self = Masks.Self(images * views, positives);
        return twins.LogicalOr(Mask(positives, images * views)).LogicalAnd(self.LogicalNot());
    }

    static Tensor Mask(Tensor positives, long columns)
    {
        // Padding is sent to one extra column that is cut off again.
        var at = positives.MaskedFill(positives.Lt(0), columns);
        return Tensor.Zeros([positives.Size(0), columns + 1], dtype: Dtype.Bool, device: positives.Device)
            .Scatter(1, at, true).Narrow(1, 0, columns);
    }

    static Tensor Of(Tensor logits, Tensor positive, PositiveSum sum)
    {
        var all = logits.Logsumexp([1]);
        var count = positive.Sum(1);
        var loss = sum == PositiveSum.In
            ? all - Masks.Without(logits, positive.LogicalNot()).Logsumexp([1])
            : all - logits.MaskedFill(positive.LogicalNot(), 0).Sum(1) / count.ClampMin(1);
        return loss.MaskedFill(count.Eq(0), 0);
    }
}
