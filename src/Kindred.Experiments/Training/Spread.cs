using Kindred.Metrics;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Experiments.Training;

/// <summary>How far embeddings spread: the two numbers that tell learning from collapse.</summary>
/// <param name="Deviation">
/// Mean over dimensions of the standard deviation of unit embeddings, times √D: 1 when they fill the sphere evenly, 0 when all are one point
/// (Chen and He, SimSiam, arXiv:2011.10566, Sec. 4.1).
/// </param>
/// <param name="EffectiveRank">
/// <see cref="Geometry.EffectiveRank(IReadOnlyCollection{double})"/> of the covariance of unit embeddings: how many dimensions are in use; 1 for one point.
/// </param>
public readonly record struct Spread(double Deviation, double EffectiveRank)
{
    /// <summary>The largest effective rank that so many rows and columns can have: min(D, N − 1), for the mean is taken out.</summary>
    public double Most { get; init; }

    /// <summary>Measures embeddings `[N, D]`; fewer than two rows have no spread.</summary>
    public static Spread Of(Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        if (z.Size(0) < 2) return default;
        var u = z.Detach().To(Dtype.Float32).Normalize();
        var deviation = u.Std(0, unbiased: false).Mean().Item() * Math.Sqrt(u.Size(1));
        var centred = u - u.Mean(0, keepdim: true);
        // The smaller of the two Gram matrices has all the non-zero eigenvalues.
        var gram = u.Size(0) < u.Size(1) ? centred.Mm(centred.MT) : centred.MT.Mm(centred);
        var values = Host.Numbers(gram.To(Dtype.Float64).LinalgEigvalsh());
        return new Spread(deviation, values.Sum() <= 1e-12 ? 1 : Geometry.EffectiveRank(values)) { Most = Math.Min(u.Size(1), u.Size(0) - 1) };
    }
}
