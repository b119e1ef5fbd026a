using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Metrics;

/// <summary>What a cloud of embeddings looks like: how close positives are, how evenly it fills the sphere, how many directions it uses.</summary>
/// <remarks>
/// Alignment and uniformity: Wang and Isola, "Understanding Contrastive Representation Learning through Alignment and Uniformity on the
/// Hypersphere", arXiv:2005.10242. Effective rank: Roy and Vetterli, EUSIPCO 2007. None of them normalises: pass unit rows for the papers' values.
/// </remarks>
public static class Geometry
{
    /// <summary>Mean |z − z⁺|^α of positive pairs: 0 when they coincide, 4 when unit vectors are opposite (α = 2).</summary>
    /// <param name="z">`[N, D]`.</param>
    /// <param name="positive">Partner of each row, `[N, D]`.</param>
    /// <param name="alpha">Exponent of the distance.</param>
    public static double Alignment(Tensor z, Tensor positive, double alpha = 2)
    {
        ArgumentNullException.ThrowIfNull(z);
        ArgumentNullException.ThrowIfNull(positive);
        using var scope = Scope.Open();
        using var quiet = NoGradient.Begin();
        return (z.To(Dtype.Float64) - positive.To(Dtype.Float64)).Square().Sum(1).Pow(alpha / 2).Mean().Item();
    }

    /// <summary>ln of the mean of exp(−t|zᵢ − zⱼ|²) over i &lt; j: 0 when all rows coincide, the lower the more even.</summary>
    /// <param name="z">`[N, D]`, N ≥ 2; fewer rows give 0.</param>
    /// <param name="t">Sharpness of the kernel.</param>
    /// <remarks>Works in blocks of rows: memory O(N), time O(N²D).</remarks>
    public static double Uniformity(Tensor z, double t = 2)
    {
        ArgumentNullException.ThrowIfNull(z);
        const long Block = 512;
        using var scope = Scope.Open();
        using var quiet = NoGradient.Begin();
        var x = z.Detach().To(Dtype.Float64);
        long n = x.Size(0);
        if (n < 2)
            return 0;
        // |a|² − 2ab + |b|² loses the digits of a common offset, and exp those of rows far apart: the offset is taken out, and exp stays a logarithm.
        x -= x.Mean(0, keepdim: true);
        var squares = x.Square().Sum(1);
        var log = double.NegativeInfinity;
        for (long first = 0; first < n; first += Block)
        {
            using var inner = Scope.Open();
            var rows = Math.Min(Block, n - first);
            var distance = squares.Narrow(0, first, rows).Unsqueeze(1) + squares - 2 * x.Narrow(0, first, rows).Matmul(x.T());
            var kernel = distance.ClampMin(0) * -t;
            kernel.Diagonal(first, 0, 1).Fill_(double.NegativeInfinity);
            var part = kernel.Flatten().Logsumexp([0]).Item();
            (log, part) = (Math.Max(log, part), Math.Min(log, part));
            if (!double.IsNegativeInfinity(part)) log += Math.Log(1 + Math.Exp(part - log));
        }
        return log - Math.Log(n * (n - 1.0));
    }

    /// <summary>exp of the entropy of the normalised singular values: the number of directions the rows really use, in [1, min(N, D)].</summary>
    /// <param name="z">`[N, D]`; not centred. All zeros: 0.</param>
    public static double EffectiveRank(Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        using var scope = Scope.Open();
        using var quiet = NoGradient.Begin();
        return EffectiveRank(Host.Numbers(Tensor.LinalgSvdvals(z.Detach().To(Dtype.Float64))));
    }

    /// <summary>The same from singular values at hand; those of a covariance are its eigenvalues.</summary>
    /// <param name="singularValues">In any order; what is not above 0 does not count.</param>
    /// <returns>At least 1; 0 where no value is above 0.</returns>
    public static double EffectiveRank(IReadOnlyCollection<double> singularValues)
    {
        ArgumentNullException.ThrowIfNull(singularValues);
        var total = singularValues.Where(s => s > 0).Sum();
        return total > 0 ? Math.Exp(-singularValues.Where(s => s > 0).Sum(s => s / total * Math.Log(s / total))) : 0;
    }
}
