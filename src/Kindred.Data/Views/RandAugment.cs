using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>A few operations, each drawn from the same fourteen, all at one magnitude.</summary>
/// <remarks>
/// Cubuk, Zoph, Shlens, Le, arXiv:1909.13719, with torchvision's fourteen operations, ranges and 31 levels; the sign is drawn where there is one.
/// Differs: shears, shifts and turns interpolate bilinearly; a noisy magnitude (timm's <c>mstd</c>, used by InfoMin) is offered.
/// </remarks>
/// <param name="Count">How many operations, 1 to 4.</param>
/// <param name="Magnitude">0 to 30.</param>
/// <param name="Deviation">Standard deviation of normal noise on each magnitude.</param>
/// <param name="P">How often the whole acts.</param>
[Augmentation("randAugment", "a few of fourteen operations", Paper = "arXiv:1909.13719")]
public sealed record RandAugment([Range(1, 4)] int Count = 2, [Range(0.0, 30.0)] double Magnitude = 9, [Range(0.0, 30.0)] double Deviation = 0, [Probability] double P = 1) : Augmentation
{
    const double Levels = 30;

    static readonly string[] Names =
    [
        "identity", "shearX", "shearY", "translateX", "translateY", "rotate", "brightness", "color", "contrast", "sharpness",
        "posterize", "solarize", "autoContrast", "equalize",
    ];

    readonly int count = Count is >= 1 and <= 4 ? Count : throw new ConfigurationException($"randAugment: {Count} operations; it takes 1 to 4.");

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        var applied = draws.Chance(P);
        for (var i = 0; i < count; i++)
        {
            var which = draws.Integer(Names.Length);
            var level = Math.Clamp(Magnitude + (Deviation > 0 ? Deviation * draws.Normal() : 0), 0, Levels) / Levels;
            var sign = draws.Chance(0.5) ? -1 : 1;
            step[2 * i] = which;
            step[(2 * i) + 1] = (float)Amount(Names[which], level, sign, shape);
        }
        return applied;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step)
    {
        for (var i = 0; i < count; i++)
            Run(canvas, Names[(int)step[2 * i]], step[(2 * i) + 1]);
    }

    /// <inheritdoc/>
    public override string Describe(in DrawnStep step)
    {
        var words = new string[count];
        for (var i = 0; i < count; i++)
            words[i] = string.Create(CultureInfo.InvariantCulture, $"{Names[(int)step[2 * i]]} {step[(2 * i) + 1]:0.##}");
        return string.Join(", ", words);
    }

    static double Amount(string name, double level, int sign, ViewShape shape) => name switch
    {
        "shearX" or "shearY" => sign * 0.3 * level,
        "translateX" => (int)(sign * level * 150 / 331 * shape.Width),
        "translateY" => (int)(sign * level * 150 / 331 * shape.Height),
        "rotate" => sign * 30 * level,
        "brightness" or "color" or "contrast" or "sharpness" => 1 + (sign * 0.9 * level),
        "posterize" => 8 - Math.Round(4 * level),
        "solarize" => 1 - level,
        _ => 0,
    };

    internal static void Run(Canvas canvas, string name, float amount)
    {
        switch (name)
        {
            case "shearX": Warp.Run(canvas, Shear(canvas, amount, 0), default); break;
            case "shearY": Warp.Run(canvas, Shear(canvas, 0, amount), default); break;
            case "translateX": Warp.Run(canvas, WarpMap.Undo(0, 1, 1, amount, 0), default); break;
            case "translateY": Warp.Run(canvas, WarpMap.Undo(0, 1, 1, 0, amount), default); break;
            // Counter-clockwise, as torchvision's rotate counts.
            case "rotate": Warp.Run(canvas, WarpMap.Undo(-amount, 1, 1, 0, 0), default); break;
            case "brightness": canvas.Point(PointOperation.Of(PointKind.Scale, amount)); break;
            case "color": canvas.Point(PointOperation.Of(PointKind.Saturate, amount)); break;
            case "contrast": canvas.Point(PointOperation.Of(PointKind.Blend, amount, (1 - amount) * canvas.SettleAndMeanGrey())); break;
            case "sharpness": Sharpness.Sharpen(canvas, amount); break;
            case "posterize": canvas.Point(PointOperation.Of(PointKind.Posterize, 1 << (8 - (int)amount))); break;
            case "solarize": canvas.Point(PointOperation.Of(PointKind.Solarize, amount)); break;
            case "autoContrast": Views.Levels.Stretch(canvas); break;
            case "equalize": Views.Levels.Equalize(canvas); break;
        }
    }

    /// <summary>The top left corner stays, as in AutoAugment's shears, not the centre.</summary>
    static WarpMap Shear(Canvas canvas, float x, float y)
    {
        double halfWidth = canvas.Width / 2.0, halfHeight = canvas.Height / 2.0;
        return new(1, x, x * halfHeight, y, 1, y * halfWidth);
    }
}
