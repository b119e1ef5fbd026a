using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Runtime.Intrinsics;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>A Gaussian blur of random width.</summary>
/// <remarks>
/// Chen et al., SimCLR, arXiv:2002.05709, Appendix A: σ from U(0.1, 2), a window of a tenth of the side. Edges are mirrored, as in torchvision.
/// Differs: taps beyond 4.5 σ, together less than 10⁻⁵ of the weight, are left out.
/// </remarks>
/// <param name="P">How often.</param>
/// <param name="Sigma">Least and greatest σ in pixels.</param>
/// <param name="Kernel">The window as a share of the view's side, made odd, at least 3 pixels; 0 for no window but the 4.5 σ.</param>
[Augmentation("blur", "a Gaussian blur", Paper = "arXiv:2002.05709")]
public sealed record Blur([Probability] double P = 0.5, [Interval(0, 1000, MinimumIsExclusive = true)] double[]? Sigma = null, [Range(0.0, 1.0)] double Kernel = 0.1) : Augmentation
{
    readonly (double Low, double High) sigma = Sigma switch
    {
        null => (0.1, 2),
        [> 0, _] when Sigma[0] <= Sigma[1] => (Sigma[0], Sigma[1]),
        _ => throw new ConfigurationException($"blur: sigma is [{string.Join(", ", Sigma)}]; it takes two numbers above 0, the smaller first."),
    };

    internal override bool CommutesWithFlip => true;

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        var applied = draws.Chance(P);
        step[0] = (float)draws.Uniform(sigma.Low, sigma.High);
        return applied;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step)
    {
        var window = Kernel == 0 ? int.MaxValue : Math.Max(3, (int)(Kernel * Math.Min(canvas.Width, canvas.Height)) / 2 * 2 + 1);
        Convolution.Gaussian(canvas, step[0], window / 2);
    }

    /// <inheritdoc/>
    public override string Describe(in DrawnStep step) => string.Create(CultureInfo.InvariantCulture, $"σ {step[0]:0.00}");
}
