using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Metrics;

/// <summary>Which modes of a mixture a generator reaches, and how many of its samples are any good.</summary>
/// <remarks>
/// A sample is good when it lies within kσ of its nearest centre. "At least one good sample" is gamed by spraying noise, so report
/// <see cref="Covered(int)"/> with a minimum such as 50 of 5000 next to <see cref="GoodFraction"/>.
/// </remarks>
/// <param name="PerMode">Good samples of each centre, `[M]`.</param>
/// <param name="GoodFraction">Share of the samples that are good; 0 without samples.</param>
public sealed record ModeCoverage(long[] PerMode, double GoodFraction)
{
    /// <summary>Assigns every sample to its nearest centre (the first among equals) and counts the good ones.</summary>
    /// <param name="samples">Generated points, `[N, D]`.</param>
    /// <param name="centers">Modes, `[M, D]`.</param>
    /// <param name="sigma">Standard deviation of a mode.</param>
    /// <param name="within">Radius of a good sample in standard deviations; the radius itself counts.</param>
    public static ModeCoverage Of(Tensor samples, Tensor centers, double sigma, double within = 3)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(centers);
        var (n, d, modes) = ((int)samples.Size(0), (int)samples.Size(1), (int)centers.Size(0));
        double[] x = Host.Numbers(samples), c = Host.Numbers(centers);
        var counts = new long[modes];
        for (int i = 0; i < n; i++)
        {
            var (best, nearest) = (double.PositiveInfinity, -1);
            for (int m = 0; m < modes; m++)
            {
                double square = 0;
                for (int k = 0; k < d; k++)
                    square += (x[i * d + k] - c[m * d + k]) * (x[i * d + k] - c[m * d + k]);
                if (square < best)
                    (best, nearest) = (square, m);
            }
            if (nearest >= 0 && Math.Sqrt(best) <= within * sigma)
                counts[nearest]++;
        }
        return new(counts, n == 0 ? 0 : (double)counts.Sum() / n);
    }

    /// <summary>KL(p ‖ uniform) of the good samples over the modes, in nats: 0 when all are hit alike, ln M when one gets them all; NaN without good samples.</summary>
    public double Divergence
    {
        get
        {
            double all = PerMode.Sum();
            return all == 0 ? double.NaN : PerMode.Where(count => count > 0).Sum(count => count / all * Math.Log(count / all * PerMode.Length));
        }
    }

    /// <summary>Modes with at least so many good samples.</summary>
    /// <param name="atLeast">Good samples that make a mode count.</param>
    public int Covered(int atLeast = 1) => PerMode.Count(count => count >= atLeast);
}
