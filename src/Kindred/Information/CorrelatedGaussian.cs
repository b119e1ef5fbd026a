using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Information;

/// <summary>Two standard normal vectors whose coordinates correlate pairwise: the test bench whose mutual information is known.</summary>
/// <param name="Dimensions">D ≥ 1.</param>
/// <param name="Correlation">ρ of each coordinate pair, in (−1, 1).</param>
public sealed record CorrelatedGaussian(int Dimensions, double Correlation) : IPairLaw
{
    int IPairLaw.X => Dimensions;

    int IPairLaw.Y => Dimensions;

    /// <summary>I(X; Y) = −(D/2) ln(1 − ρ²) nats.</summary>
    public double MutualInformation => 0.5 * Dimensions * Math.Abs(Math.Log((1 - Correlation) * (1 + Correlation)));

    /// <summary>What CLUB gives with the exact conditional: Dρ² / (1 − ρ²), always at least the truth.</summary>
    public double ClubBound => Dimensions * Correlation * Correlation / ((1 - Correlation) * (1 + Correlation));

    /// <inheritdoc/>
    public void Draw(ref Draws draws, Span<float> x, Span<float> y)
    {
        var rest = Math.Sqrt((1 - Correlation) * (1 + Correlation));
        for (var i = 0; i < x.Length; i++)
        {
            var (a, b) = draws.NormalPair();
            (x[i], y[i]) = ((float)a, (float)((Correlation * a) + (rest * b)));
        }
    }

    /// <summary>Draws pairs: x ~ N(0, I), y = ρx + √(1 − ρ²) ε.</summary>
    /// <param name="count">N.</param>
    /// <param name="generator">Source of the draws; null: the default one.</param>
    /// <returns>x and y, float32 `[N, D]`.</returns>
    public (Tensor X, Tensor Y) Sample(int count, Generator? generator = null)
    {
        var x = Tensor.Randn([count, Dimensions], generator ?? Generator.Default);
        var noise = Tensor.Randn([count, Dimensions], generator ?? Generator.Default);
        return (x, x * Correlation + noise * Math.Sqrt((1 - Correlation) * (1 + Correlation)));
    }
}
