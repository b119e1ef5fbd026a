using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Initial values of weights, drawn from the open <see cref="Initialization"/>.</summary>
/// <remarks>Shapes are those of the weight: [out, in], [out, in / groups, k] or [out, in / groups, k, k].</remarks>
public static class Weights
{
    /// <summary>Standard deviation of a standard normal cut at ±2, by which variance scaling corrects.</summary>
    const double CutDeviation = 0.87962566103423978;

    /// <summary>All zeros.</summary>
    public static Tensor Zeros(params ReadOnlySpan<long> shape) => Tensor.Zeros(shape, Dtype.Float32);

    /// <summary>All ones.</summary>
    public static Tensor Ones(params ReadOnlySpan<long> shape) => Tensor.Ones(shape, Dtype.Float32);

    /// <summary>N(0, deviation²).</summary>
    public static Tensor Normal(ReadOnlySpan<long> shape, double deviation)
    {
        using var _ = NoGradient.Begin();
        return Tensor.Empty(shape, Dtype.Float32).Normal_(0, deviation, generator: Initialization.Generator);
    }

    /// <summary>U(−bound, bound).</summary>
    public static Tensor Uniform(ReadOnlySpan<long> shape, double bound)
    {
        using var _ = NoGradient.Begin();
        return Tensor.Empty(shape, Dtype.Float32).Uniform_(-bound, bound, generator: Initialization.Generator);
    }

    /// <summary>N(0, deviation²) cut at ± <paramref name="cut"/>: by inverse distribution function, so that no draw is rejected.</summary>
    /// <param name="shape">The weight's shape.</param>
    /// <param name="deviation">Standard deviation before cutting.</param>
    /// <param name="cut">Largest magnitude; 2 as in PyTorch's trunc_normal_ when left out.</param>
    public static Tensor TruncatedNormal(ReadOnlySpan<long> shape, double deviation, double cut = 2)
    {
        using var _ = NoGradient.Begin();
        // erf of the cut: the uniform draw covers exactly the probability between the cuts.
        double reach = Erf(cut / deviation / Math.Sqrt(2));
        var uniform = Tensor.Empty(shape, Dtype.Float32).Uniform_(-reach, reach, generator: Initialization.Generator);
        return uniform.Erfinv().Mul_(deviation * Math.Sqrt(2)).Clamp_(-cut, cut);
    }

    /// <summary>Kaiming normal by fan-out for ReLU, N(0, 2 / (out · k · k)): convolutions of ResNets.</summary>
    public static Tensor KaimingFanOut(ReadOnlySpan<long> shape) => Normal(shape, Math.Sqrt(2.0 / FanOut(shape)));

    /// <summary>U(±1 / √fan-in): linear layers and biases unless a paper says otherwise.</summary>
    public static Tensor FanInUniform(ReadOnlySpan<long> shape, long fanIn) => Uniform(shape, 1 / Math.Sqrt(fanIn));

    /// <summary>Variance scaling, truncated normal of variance scale / fan-in: convolutions of SimCLR.</summary>
    public static Tensor VarianceScaling(ReadOnlySpan<long> shape, double scale = 1)
    {
        double deviation = Math.Sqrt(scale / FanIn(shape)) / CutDeviation;
        return TruncatedNormal(shape, deviation, 2 * deviation);
    }

    /// <summary>Xavier uniform, U(±√(6 / (fan-in + fan-out))).</summary>
    /// <param name="shape">The weight's shape.</param>
    /// <param name="stacked">How many matrices are stacked in the rows: 3 for a joint query-key-value projection.</param>
    public static Tensor Xavier(ReadOnlySpan<long> shape, long stacked = 1)
        => Uniform(shape, Math.Sqrt(6.0 / (FanIn(shape) + FanOut(shape) / stacked)));

    /// <summary>Rows, or columns where there are more rows, at right angles and of length 1, the weight seen as a matrix [out, ..]. Saxe et al., arXiv:1312.6120.</summary>
    public static Tensor Orthogonal(ReadOnlySpan<long> shape)
    {
        using var _ = NoGradient.Begin();
        long[] sides = shape.ToArray();
        var (rows, columns) = (sides[0], sides.Skip(1).Aggregate(1L, (a, b) => a * b));
        var (q, r) = Tensor.LinalgQr(Normal([Math.Max(rows, columns), Math.Min(rows, columns)], 1));
        var even = q * r.Diagonal().Sign();                             // no direction is preferred
        return (rows < columns ? even.T() : even).Reshape(sides).Contiguous();
    }

    /// <summary>Inputs that one output sums over.</summary>
    public static long FanIn(ReadOnlySpan<long> shape) => shape[1] * Receptive(shape);

    /// <summary>Outputs that one input reaches.</summary>
    public static long FanOut(ReadOnlySpan<long> shape) => shape[0] * Receptive(shape);

    static long Receptive(ReadOnlySpan<long> shape)
    {
        long product = 1;
        foreach (var side in shape[2..])
            product *= side;
        return product;
    }

    static double Erf(double x)
    {
        if (x > 5)
            return 1 - 1e-7; // float32 draws must stay below one, where the inverse is infinite
        using var scope = Scope.Open();
        return Tensor.From<double>([x], [1]).Erf().Item();
    }
}
