using Kindred.Torch;

namespace Kindred.Experiments.Training;

/// <summary>How far embeddings spread: the two numbers that tell learning from collapse.</summary>
/// <param name="Deviation">
/// Mean over dimensions of the standard deviation of unit embeddings, times √D: 1 when they fill the sphere evenly, 0 when all are one point
/// (Chen and He, SimSiam, arXiv:2011.10566, Sec. 4.1).
/// </param>
/// <param name="EffectiveRank">
/// exp of the entropy of the normalised covariance eigenvalues: how many dimensions are in use (Roy and Vetterli, EUSIPCO 2007).
/// </param>
public readonly record struct Spread(double Deviation, double EffectiveRank)
{
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
        var values = gram.To(Dtype.Float64).LinalgEigvalsh().ClampMin(0);
        var total = values.Sum().Item();
        if (total <= 1e-12) return new Spread(deviation, 1);
        var p = values / total;
        return new Spread(deviation, Math.Exp(-p.Xlogy(p).Sum().Item()));
    }
}
