using System.ComponentModel.DataAnnotations;
using Kindred.Data.Pictures;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>The whole picture, its shorter side (or, stretched, both sides) brought to a length.</summary>
/// <remarks>The longer side is <c>⌊Size · longer / shorter⌋</c>, as in torchvision; resampling is antialiased like PIL's.</remarks>
/// <param name="Size">The shorter side, in pixels; both sides if <paramref name="Square"/>.</param>
/// <param name="Square">Whether to stretch to a square.</param>
/// <param name="Interpolation"><c>bilinear</c> or <c>bicubic</c>.</param>
[Augmentation("resize", "the whole picture at another size", Paper = "torchvision")]
public sealed record Resize([Pixels] int Size, bool Square = false, [AllowedValues("bilinear", "bicubic")] string Interpolation = "bilinear") : Augmentation, ISelectsRegion
{
    readonly Interpolation kind = Parse(Interpolation);

    bool ISelectsRegion.Resamples => true;

    /// <inheritdoc/>
    public override ViewShape After(ViewShape shape)
    {
        if (Square)
            return new(Size, Size, shape.Channels);
        return shape.Width <= shape.Height
            ? new((int)((long)Size * shape.Height / shape.Width), Size, shape.Channels)
            : new(Size, (int)((long)Size * shape.Width / shape.Height), shape.Channels);
    }

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        (step[0], step[1]) = (shape.Width, shape.Height);
        return true;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step)
    {
        // A decoder may have shrunk the picture already; the size wanted follows from the whole.
        var whole = new PixelBox(0, 0, (int)step[0], (int)step[1]);
        var shape = After(new(whole.Height, whole.Width, canvas.Channels));
        canvas.Resampler.Run(canvas, whole, shape.Width, shape.Height, kind);
    }

    PixelBox ISelectsRegion.Region(in DrawnStep step, ViewShape shape) => new(0, 0, shape.Width, shape.Height);

    internal static Interpolation Parse(string name) => name switch
    {
        "bilinear" => Views.Interpolation.Bilinear,
        "bicubic" => Views.Interpolation.Bicubic,
        _ => throw new ConfigurationException($"interpolation: '{name}' is not known; take bilinear or bicubic."),
    };
}
