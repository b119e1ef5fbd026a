using System.ComponentModel.DataAnnotations;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Red, green and blue become the channels of another colour space, whose parts are views of one another.</summary>
/// <remarks>
/// Tian, Krishnan, Isola, CMC, arXiv:1906.05849; Tian et al., InfoMin, arXiv:2005.10243, Sec. 3.2.
/// <c>lab</c>: CIE L*a*b*, D65 white, 2° observer, sRGB input: L in 0…100. <c>ycbcr</c>: ITU-R BT.601 studio range, 16…235 and 16…240.
/// <c>ydbdr</c>: SECAM, Y in 0…1, Db and Dr in ±1.333. <c>hsv</c>: all in 0…1.
/// </remarks>
/// <param name="To"><c>lab</c>, <c>ycbcr</c>, <c>ydbdr</c> or <c>hsv</c>.</param>
[Augmentation("colorSpace", "another colour space", Paper = "arXiv:1906.05849")]
public sealed record ColorSpace([AllowedValues("lab", "ycbcr", "ydbdr", "hsv")] string To = "lab") : Augmentation
{
    static readonly PointOperation YCbCr = PointOperation.Matrix(
        [65.481f, 128.553f, 24.966f, -37.797f, -74.203f, 112f, 112f, -93.786f, -18.214f], [16, 128, 128]);

    static readonly PointOperation YDbDr = PointOperation.Matrix(
        [0.299f, 0.587f, 0.114f, -0.45f, -0.883f, 1.333f, -1.333f, 1.116f, 0.217f], [0, 0, 0]);

    readonly string to = To is "lab" or "ycbcr" or "ydbdr" or "hsv"
        ? To : throw new ConfigurationException($"colorSpace: '{To}' is not known; take lab, ycbcr, ydbdr or hsv.");

    internal override bool CommutesWithFlip => true;

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step) => shape.Channels == 3
        ? true : throw new DataException($"colorSpace: the picture has {shape.Channels} channel(s); a colour space is changed on three.");

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step)
    {
        switch (to)
        {
            case "ycbcr": canvas.Point(YCbCr); break;
            case "ydbdr": canvas.Point(YDbDr); break;
            case "lab": ForEach(canvas, Lab); break;
            default: ForEach(canvas, Hsv); break;
        }
    }

    static void ForEach(Canvas canvas, Func<float, float, float, (float, float, float)> change)
    {
        Span<float> x = canvas.Plane(0), y = canvas.Plane(1), z = canvas.Plane(2);
        for (var i = 0; i < x.Length; i++)
            (x[i], y[i], z[i]) = change(x[i], y[i], z[i]);
    }

    static (float L, float A, float B) Lab(float red, float green, float blue)
    {
        double r = Linear(red), g = Linear(green), b = Linear(blue);
        var x = Root(((0.412453 * r) + (0.357580 * g) + (0.180423 * b)) / 0.95047);
        var y = Root((0.212671 * r) + (0.715160 * g) + (0.072169 * b));
        var z = Root(((0.019334 * r) + (0.119193 * g) + (0.950227 * b)) / 1.08883);
        return ((float)((116 * y) - 16), (float)(500 * (x - y)), (float)(200 * (y - z)));
    }

    static double Linear(float x) => x > 0.04045 ? Math.Pow((x + 0.055) / 1.055, 2.4) : x / 12.92;

    static double Root(double x) => x > 0.008856 ? Math.Cbrt(x) : (7.787 * x) + (16.0 / 116);

    internal static (float H, float S, float V) Hsv(float r, float g, float b)
    {
        float most = Math.Max(r, Math.Max(g, b)), chroma = most - Math.Min(r, Math.Min(g, b));
        if (chroma <= 0)
            return (0, 0, most);
        var hue = most == r ? (g - b) / chroma : most == g ? 2 + ((b - r) / chroma) : 4 + ((r - g) / chroma);
        hue /= 6;
        return (hue - MathF.Floor(hue), chroma / most, most);
    }

    internal static (float R, float G, float B) FromHsv(float h, float s, float v)
    {
        return (Part(5), Part(3), Part(1));

        float Part(float n)
        {
            var k = (n + (6 * h)) % 6;
            return v - (v * s * Math.Clamp(Math.Min(k, 4 - k), 0, 1));
        }
    }
}

/// <summary>Some of the channels are kept, in the order given: one half of a colour split.</summary>
/// <param name="Keep">Channel numbers from 0.</param>
[Augmentation("channels", "some of the channels", Paper = "arXiv:1906.05849")]
public sealed record Channels([Range(0, 3)] params int[] Keep) : Augmentation
{
    readonly int[] keep = Keep is { Length: >= 1 and <= 4 } && Keep.All(c => c is >= 0 and < 4)
        ? Keep : throw new ConfigurationException("channels: name one to four channels by their numbers, the first is 0.");

    internal override bool CommutesWithFlip => true;

    /// <inheritdoc/>
    public override ViewShape After(ViewShape shape) => shape with { Channels = keep.Length };

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step) => keep.Max() < shape.Channels
        ? true : throw new DataException($"channels: channel {keep.Max()} is wanted of a picture with {shape.Channels}.");

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step)
    {
        var old = canvas.Replace(canvas.Height, canvas.Width, keep.Length);
        for (var c = 0; c < keep.Length; c++)
            old.Plane(keep[c]).CopyTo(canvas.Plane(c));
    }
}
