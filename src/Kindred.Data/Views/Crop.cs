using System.ComponentModel.DataAnnotations;
using Kindred.Data.Pictures;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>A random part of the picture, resized to a square: the crop that every contrastive method starts with.</summary>
/// <remarks>
/// Szegedy et al. 2015 ("Inception" crops) with torchvision's drawing: area and log-aspect uniform, ten tries, then the largest
/// centred box within the aspect bounds. Resampling is antialiased like PIL's.
/// </remarks>
/// <param name="Size">Side of the square, in pixels.</param>
/// <param name="Scale">Least and greatest share of the picture's area.</param>
/// <param name="Ratio">Least and greatest width over height.</param>
/// <param name="Interpolation"><c>bilinear</c> or <c>bicubic</c>.</param>
[Augmentation("crop", "a random part, resized to a square", Paper = "arXiv:1409.4842")]
public sealed record Crop(
    [Pixels] int Size, [Interval(0, 1, MinimumIsExclusive = true)] double[]? Scale = null, [Interval(0, 100, MinimumIsExclusive = true)] double[]? Ratio = null,
    [AllowedValues("bilinear", "bicubic")] string Interpolation = "bilinear") : Augmentation, ISelectsRegion
{
    const int Tries = 10;

    readonly (double Low, double High) scale = Bounds(Scale, 0.08, 1, "scale");
    readonly (double Low, double High) ratio = Bounds(Ratio, 3.0 / 4, 4.0 / 3, "ratio");
    readonly Interpolation kind = Views.Resize.Parse(Interpolation);

    bool ISelectsRegion.Resamples => true;

    /// <inheritdoc/>
    public override ViewShape After(ViewShape shape) => new(Size, Size, shape.Channels);

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        Store(ref step, Choose(ref draws, shape));
        return true;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step) => canvas.Resampler.Run(canvas, Box(step), Size, Size, kind);

    /// <inheritdoc/>
    public override string Describe(in DrawnStep step) => Box(step).ToString();

    PixelBox ISelectsRegion.Region(in DrawnStep step, ViewShape shape) => Box(step);

    PixelBox Choose(ref Draws draws, ViewShape shape)
    {
        var area = (double)shape.Width * shape.Height;
        for (var i = 0; i < Tries; i++)
        {
            var target = area * draws.Uniform(scale.Low, scale.High);
            var aspect = draws.LogUniform(ratio.Low, ratio.High);
            var width = (int)Math.Round(Math.Sqrt(target * aspect));
            var height = (int)Math.Round(Math.Sqrt(target / aspect));
            if (width > 0 && height > 0 && width <= shape.Width && height <= shape.Height)
                return new(draws.Integer(shape.Width - width + 1), draws.Integer(shape.Height - height + 1), width, height);
        }
        return Largest(shape);
    }

    PixelBox Largest(ViewShape shape)
    {
        int width = shape.Width, height = shape.Height;
        var aspect = (double)width / height;
        if (aspect < ratio.Low)
            height = Math.Clamp((int)Math.Round(width / ratio.Low), 1, height);
        else if (aspect > ratio.High)
            width = Math.Clamp((int)Math.Round(height * ratio.High), 1, width);
        return new((shape.Width - width) / 2, (shape.Height - height) / 2, width, height);
    }

    static void Store(ref DrawnStep step, PixelBox box) => (step[0], step[1], step[2], step[3]) = (box.X, box.Y, box.Width, box.Height);

    /// <summary>Takes the whole picture in place of what a crop at the front of a plan drew.</summary>
    internal static void TakeWhole(ref DrawnView drawn, int place)
    {
        drawn.Region = new(0, 0, drawn.SourceWidth, drawn.SourceHeight);
        Store(ref drawn.Edit(place), drawn.Region);
    }

    static PixelBox Box(in DrawnStep step) => new((int)step[0], (int)step[1], (int)step[2], (int)step[3]);

    static (double Low, double High) Bounds(double[]? given, double low, double high, string name) => given switch
    {
        null => (low, high),
        [> 0, _] when given[0] <= given[1] => (given[0], given[1]),
        _ => throw new ConfigurationException($"crop: {name} is [{string.Join(", ", given)}]; it takes two numbers above 0, the smaller first."),
    };
}
