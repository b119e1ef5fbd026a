using System.Globalization;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>The colour behind transparent pixels and outside a turned picture: white, or now and then a random one.</summary>
/// <remarks>Stands first in a plan, because the picture's bytes are laid over the background when they are read.</remarks>
/// <param name="P">How often the colour is drawn, each channel uniform; otherwise it is white.</param>
[Augmentation("background", "the colour behind transparent pixels", Paper = "")]
public sealed record Background([Probability] double P = 0.5) : Augmentation
{
    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        var applied = draws.Chance(P);
        for (var c = 0; c < 3; c++)
            step[c] = (float)draws.Uniform();
        return applied;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step) => canvas.Background = (step[0], step[1], step[2]);

    /// <inheritdoc/>
    public override string Describe(in DrawnStep step) => string.Create(CultureInfo.InvariantCulture, $"rgb {step[0]:0.00} {step[1]:0.00} {step[2]:0.00}");
}
