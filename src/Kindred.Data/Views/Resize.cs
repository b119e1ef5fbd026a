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
            ? new(Longer(shape.Height, shape.Width), Size, shape.Channels)
            : new(Size, Longer(shape.Width, shape.Height), shape.Channels);
    }

    int Longer(int longer, int shorter)
    {
        var length = (long)Size * longer / Math.Max(shorter, 1);
        return length is <= int.MaxValue and >= int.MinValue
            ? (int)length : throw new PictureException($"has a side of {longer} and one of {shorter}; with a shorter side of {Size} the longer one is {length}: crop it first");
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
        var (whole, shape) = Whole(canvas, step);
        ViewLimits.Require(this, new(whole.Height, whole.Width, shape.Channels), shape);
        canvas.Resampler.Run(canvas, whole, shape.Width, shape.Height, kind);
    }

    /// <summary>Resizes and cuts a window in one act: only what the window keeps is resampled, however long the picture.</summary>
    /// <param name="canvas">The view.</param>
    /// <param name="step">What this operation drew.</param>
    /// <param name="window">The window, in pixels of the resized picture; it may reach outside.</param>
    internal void ApplyWithin(Canvas canvas, in DrawnStep step, PixelBox window)
    {
        var (whole, shape) = Whole(canvas, step);
        int left = Math.Clamp(window.X, 0, shape.Width - 1), right = (int)Math.Clamp((long)window.X + window.Width, left + 1, shape.Width);
        int top = Math.Clamp(window.Y, 0, shape.Height - 1), bottom = (int)Math.Clamp((long)window.Y + window.Height, top + 1, shape.Height);
        var part = new PixelBox(left, top, right - left, bottom - top);
        canvas.Resampler.Run(canvas, whole, shape.Width, shape.Height, part, kind);
        if (part != window)
            Window.Cut(canvas, window.X - left, window.Y - top, window.Width, window.Height);
    }

    /// <summary>A decoder may have shrunk the picture already; the size wanted follows from the whole.</summary>
    (PixelBox Whole, ViewShape Shape) Whole(Canvas canvas, in DrawnStep step)
    {
        var whole = new PixelBox(0, 0, (int)step[0], (int)step[1]);
        return (whole, After(new(whole.Height, whole.Width, canvas.Channels)));
    }

    PixelBox ISelectsRegion.Region(in DrawnStep step, ViewShape shape) => new(0, 0, shape.Width, shape.Height);

    internal static Interpolation Parse(string name) => name switch
    {
        "bilinear" => Views.Interpolation.Bilinear,
        "bicubic" => Views.Interpolation.Bicubic,
        _ => throw new ConfigurationException($"interpolation: '{name}' is not known; take bilinear or bicubic."),
    };
}
