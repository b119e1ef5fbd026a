using Kindred.Torch;

namespace Kindred.Clustering;

/// <summary>How tight each cluster is: the temperature φ that its prototype gets in <c>ProtoNce</c>.</summary>
/// <remarks>
/// Li et al., arXiv:2005.04966, eq. 12: φⱼ = mean distance of its members / ln(Zⱼ + α), distances to the raw (not normalised) centroid.
/// As in the official code a cluster of at most one point takes the largest φ, then φ is clamped to its 10th … 90th percentile and scaled
/// to mean τ, so that neither empty nor huge clusters get an extreme temperature.
/// </remarks>
/// <param name="Phi">`[K]`.</param>
/// <param name="Sizes">Points of each cluster Z, int64 `[K]`.</param>
/// <param name="Distance">Distance of each point to its centroid, `[N]`.</param>
public sealed record Concentration(Tensor Phi, Tensor Sizes, Tensor Distance)
{
    /// <summary>Measures a clustering.</summary>
    /// <param name="features">`[N, D]`.</param>
    /// <param name="centroids">Raw means, `[K, D]`.</param>
    /// <param name="assignment">Cluster of each point, int64 `[N]`.</param>
    /// <param name="temperature">τ: mean of φ after scaling.</param>
    /// <param name="alpha">α: damps small clusters.</param>
    /// <param name="clip">Clamps φ to its 10th … 90th percentile (linear interpolation).</param>
    /// <param name="rescale">Scales φ to mean τ; where every distance is 0, φ becomes τ itself.</param>
    public static Concentration Of(Tensor features, Tensor centroids, Tensor assignment, double temperature = 0.2, double alpha = 10, bool clip = true, bool rescale = true)
    {
        using var quiet = NoGradient.Begin();
        var distance = (features - centroids.IndexSelect(0, assignment)).Square().Sum(1).Sqrt();              // [N]
        var sizes = assignment.Bincount(minlength: centroids.Size(0));                                        // [K]
        var zeros = Tensor.Zeros([centroids.Size(0)], distance.Dtype, distance.Device);
        var counts = sizes.To(distance.Dtype);
        var phi = zeros.IndexAdd(0, assignment, distance) / counts.ClampMin(1) / (counts + alpha).Log();

        var small = sizes.Le(1);
        phi = phi.MaskedFill(small, 0);
        phi = Tensor.Where(small, phi.Max(), phi);
        if (clip)
            phi = Clip(phi);
        if (rescale)
            phi = phi.Mean().Item() is var mean && mean > 0 ? phi * (temperature / mean) : phi.FullLike(temperature);
        return new(phi, sizes, distance);
    }

    static Tensor Clip(Tensor phi)
    {
        var sorted = phi.Sort().Values;
        return phi.Clamp(Quantile(sorted, 0.1), Quantile(sorted, 0.9));
    }

    static double Quantile(Tensor sorted, double q)
    {
        var position = q * (sorted.Size(0) - 1);
        var low = (long)Math.Floor(position);
        var high = Math.Min(low + 1, sorted.Size(0) - 1);
        double a = sorted.Select(0, low).Item(), b = sorted.Select(0, high).Item();
        return a + (b - a) * (position - low);
    }
}
