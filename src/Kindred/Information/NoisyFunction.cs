using Kindred.Randomness;

namespace Kindred.Information;

/// <summary>y = f(x) + σ ε with x uniform in (−1, 1): dependence that correlation may miss and mutual information does not.</summary>
/// <remarks>Belghazi et al., arXiv:1801.04062, Sec. 4.2, Figure 2: what is estimated should depend on σ and hardly on f.</remarks>
/// <param name="F">f.</param>
/// <param name="Deviation">σ, above 0.</param>
public sealed record NoisyFunction(NoisyFunction.Kind F, double Deviation) : IPairLaw
{
    const int Steps = 2000;

    /// <summary>Which function.</summary>
    public enum Kind
    {
        /// <summary>x.</summary>
        Linear,

        /// <summary>x³.</summary>
        Cubic,

        /// <summary>sin 4πx: four periods, so that x and y hardly correlate.</summary>
        Sine,
    }

    readonly Lazy<double> information = new(() => Integral(F, Deviation));

    int IPairLaw.X => 1;

    int IPairLaw.Y => 1;

    /// <summary>h(Y) − h(Y|X) by the midpoint rule, exact to about three digits for σ ≥ 0.01.</summary>
    public double MutualInformation => information.Value;

    /// <inheritdoc/>
    public void Draw(ref Draws draws, Span<float> x, Span<float> y)
    {
        var at = draws.Uniform(-1, 1);
        (x[0], y[0]) = ((float)at, (float)(Of(F, at) + (Deviation * draws.Normal())));
    }

    static double Of(Kind f, double x) => f switch { Kind.Linear => x, Kind.Cubic => x * x * x, _ => Math.Sin(4 * Math.PI * x) };

    static double Integral(Kind f, double deviation)
    {
        var means = Enumerable.Range(0, Steps).Select(i => Of(f, -1 + ((2 * i) + 1.0) / Steps)).ToArray();
        var (low, high) = (-1 - (6 * deviation), 1 + (6 * deviation));
        var width = (high - low) / Steps;
        double entropy = 0;
        for (var i = 0; i < Steps; i++)
        {
            var y = low + ((i + 0.5) * width);
            var density = means.Average(mean => Math.Exp(-0.5 * (y - mean) * (y - mean) / (deviation * deviation))) / (deviation * Math.Sqrt(Math.Tau));
            if (density > 0) entropy -= density * Math.Log(density) * width;
        }
        return entropy - (0.5 * Math.Log(Math.Tau * Math.E * deviation * deviation));
    }
}
