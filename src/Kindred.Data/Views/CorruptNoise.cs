using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Corruptions by noise.</summary>
static class CorruptNoise
{
    static readonly double[] GaussianSmall = [0.04, 0.06, 0.08, 0.09, 0.10], GaussianLarge = [0.08, 0.12, 0.18, 0.26, 0.38];
    static readonly double[] ShotSmall = [500, 250, 100, 75, 50], ShotLarge = [60, 25, 12, 5, 3];
    static readonly double[] ImpulseSmall = [0.01, 0.02, 0.03, 0.05, 0.07], ImpulseLarge = [0.03, 0.06, 0.09, 0.17, 0.27];
    static readonly double[] SpeckleSmall = [0.06, 0.1, 0.12, 0.16, 0.2], SpeckleLarge = [0.15, 0.2, 0.35, 0.45, 0.6];

    /// <summary>Normal noise of the given deviation.</summary>
    public static void Gaussian(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var sigma = (small ? GaussianSmall : GaussianLarge)[level];
        for (var c = 0; c < canvas.Channels; c++)
        {
            foreach (ref var x in canvas.Plane(c))
                x = (float)Math.Clamp(x + (sigma * draws.Normal()), 0, 1);
        }
    }

    /// <summary>Photons are counted: Poisson with mean x times the photons of full white.</summary>
    public static void Shot(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var photons = (small ? ShotSmall : ShotLarge)[level];
        for (var c = 0; c < canvas.Channels; c++)
        {
            foreach (ref var x in canvas.Plane(c))
                x = (float)Math.Clamp(draws.Poisson(Math.Max(0, x) * photons) / photons, 0, 1);
        }
    }

    /// <summary>A share of all values becomes black or white.</summary>
    public static void Impulse(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var share = (small ? ImpulseSmall : ImpulseLarge)[level];
        for (var c = 0; c < canvas.Channels; c++)
        {
            foreach (ref var x in canvas.Plane(c))
            {
                var u = draws.Uniform();
                x = u >= share ? x : u < share / 2 ? 0 : 1;
            }
        }
    }

    /// <summary>Normal noise in proportion to the value.</summary>
    public static void Speckle(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var sigma = (small ? SpeckleSmall : SpeckleLarge)[level];
        for (var c = 0; c < canvas.Channels; c++)
        {
            foreach (ref var x in canvas.Plane(c))
                x = (float)Math.Clamp(x + (x * sigma * draws.Normal()), 0, 1);
        }
    }
}
