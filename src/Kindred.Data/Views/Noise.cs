using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Independent normal noise is added to every value; the result is clipped to 0…1.</summary>
/// <param name="Sigma">Its standard deviation, in 0…1.</param>
/// <param name="P">How often.</param>
[Augmentation("noise", "normal noise", Paper = "arXiv:2002.05709")]
public sealed record Noise([Range(0.0, 1.0)] double Sigma = 0.1, [Probability] double P = 0.5) : Augmentation
{
    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        var applied = draws.Chance(P);
        step.Noise = draws.LongBits();
        return applied;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step)
    {
        var draws = new Draws(step.Noise);
        for (var c = 0; c < canvas.Channels; c++)
            Add(canvas.Plane(c), (float)Sigma, ref draws);
    }

    /// <inheritdoc/>
    public override string Describe(in DrawnStep step) => string.Create(CultureInfo.InvariantCulture, $"σ {Sigma:0.00}");

    static void Add(Span<float> plane, float sigma, ref Draws draws)
    {
        for (var i = 0; i < plane.Length; i += 2)
        {
            var (first, second) = draws.NormalPair();
            plane[i] = Math.Clamp(plane[i] + (sigma * (float)first), 0, 1);
            if (i + 1 < plane.Length)
                plane[i + 1] = Math.Clamp(plane[i + 1] + (sigma * (float)second), 0, 1);
        }
    }
}
