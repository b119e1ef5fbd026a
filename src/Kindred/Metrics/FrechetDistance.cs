using Kindred.Torch;

namespace Kindred.Metrics;

/// <summary>Distance between two clouds of features, each taken for a Gaussian: the FID when the features are Inception's.</summary>
/// <remarks>
/// Heusel et al., "GANs Trained by a Two Time-Scale Update Rule…", arXiv:1706.08500, eq. 6: |μ₁−μ₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½), covariances over N − 1.
/// With Σ = AᵀA the cross term is the sum of the singular values of A₁A₂ᵀ: no square root of a matrix product, no complex numbers, and rank-deficient
/// clouds (fewer samples than dimensions, constant features) keep full precision. Biased in N: compare equal N, and name the feature net.
/// </remarks>
/// <param name="MeanTerm">|μ₁ − μ₂|².</param>
/// <param name="Distance">The whole distance, ≥ 0.</param>
public sealed record FrechetDistance(double MeanTerm, double Distance)
{
    /// <summary>Distance of two sets of features.</summary>
    /// <param name="first">Features, `[N, D]`, N ≥ 2; computed in float64.</param>
    /// <param name="second">Features, `[M, D]`, M ≥ 2.</param>
    /// <exception cref="ArgumentException">Fewer than two samples on a side, or widths that differ.</exception>
    public static FrechetDistance OfFeatures(Tensor first, Tensor second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Size(0) < 2 || second.Size(0) < 2 || first.Size(1) != second.Size(1))
            throw new ArgumentException($"features of [{first.Size(0)}, {first.Size(1)}] and [{second.Size(0)}, {second.Size(1)}]: at least two rows each and the same width.");
        using var scope = Scope.Open();
        using var quiet = NoGradient.Begin();
        var (mean1, root1) = Moments(first.To(Dtype.Float64));
        var (mean2, root2) = Moments(second.To(Dtype.Float64));
        return Between(mean1, root1, mean2, root2);
    }

    /// <summary>Distance of two Gaussians.</summary>
    /// <param name="mean1">`[D]`.</param>
    /// <param name="covariance1">Symmetric positive semi-definite, `[D, D]`; eigenvalues below rounding are taken for 0.</param>
    /// <param name="mean2">`[D]`.</param>
    /// <param name="covariance2">`[D, D]`.</param>
    public static FrechetDistance OfGaussians(Tensor mean1, Tensor covariance1, Tensor mean2, Tensor covariance2)
    {
        ArgumentNullException.ThrowIfNull(mean1);
        ArgumentNullException.ThrowIfNull(covariance1);
        ArgumentNullException.ThrowIfNull(mean2);
        ArgumentNullException.ThrowIfNull(covariance2);
        using var scope = Scope.Open();
        using var quiet = NoGradient.Begin();
        return Between(mean1.To(Dtype.Float64), Root(covariance1.To(Dtype.Float64)), mean2.To(Dtype.Float64), Root(covariance2.To(Dtype.Float64)));
    }

    // tr Σ = |A|², the sum of squares of any root A.
    static FrechetDistance Between(Tensor mean1, Tensor root1, Tensor mean2, Tensor root2)
    {
        var mean = (mean1 - mean2).Square().Sum().Item();
        var cross = Tensor.LinalgSvdvals(root1.Matmul(root2.T())).Sum().Item();
        return new(mean, Math.Max(0, mean + root1.Square().Sum().Item() + root2.Square().Sum().Item() - 2 * cross));
    }

    // The triangular factor of the centred rows is a root of their scatter, at most D rows tall.
    static (Tensor Mean, Tensor Root) Moments(Tensor x)
    {
        var mean = x.Mean(0);
        var centred = (x - mean) / Math.Sqrt(x.Size(0) - 1);
        return (mean, centred.Size(0) <= centred.Size(1) ? centred : Tensor.LinalgQr(centred, "r").R);
    }

    static Tensor Root(Tensor covariance)
    {
        var (values, vectors) = ((covariance + covariance.T()) / 2).LinalgEigh();
        var floor = values.Abs().Max().Item() * values.Size(0) * 2.2e-16;
        var clean = Tensor.Where(values.Gt(floor), values, 0);
        return clean.Sqrt().Unsqueeze(1) * vectors.T();
    }
}
