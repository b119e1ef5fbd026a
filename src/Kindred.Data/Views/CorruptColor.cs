using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Corruptions of light and colour.</summary>
static class CorruptColor
{
    static readonly double[] BrightSmall = [0.05, 0.1, 0.15, 0.2, 0.3], BrightLarge = [0.1, 0.2, 0.3, 0.4, 0.5];
    static readonly double[] ContrastSmall = [0.75, 0.5, 0.4, 0.3, 0.15], ContrastLarge = [0.4, 0.3, 0.2, 0.1, 0.05];
    static readonly (double Factor, double Plus)[] SaturateSmall = [(0.3, 0), (0.1, 0), (1.5, 0), (2, 0.1), (2.5, 0.2)];
    static readonly (double Factor, double Plus)[] SaturateLarge = [(0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2)];

    /// <summary>The value of hue, saturation, value grows.</summary>
    public static void Brightness(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var plus = (float)(small ? BrightSmall : BrightLarge)[level];
        ChangeHsv(canvas, 1, 0, plus);
    }

    /// <summary>Each channel draws nearer to its mean.</summary>
    public static void Contrast(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var factor = (small ? ContrastSmall : ContrastLarge)[level];
        for (var c = 0; c < canvas.Channels; c++)
        {
            var plane = canvas.Plane(c);
            var mean = 0.0;
            foreach (var x in plane)
                mean += x;
            mean /= plane.Length;
            foreach (ref var x in plane)
                x = (float)Math.Clamp(((x - mean) * factor) + mean, 0, 1);
        }
    }

    /// <summary>The saturation is multiplied and raised.</summary>
    public static void Saturate(Canvas canvas, int level, bool small, ref Draws draws)
    {
        var (factor, plus) = (small ? SaturateSmall : SaturateLarge)[level];
        ChangeHsv(canvas, (float)factor, (float)plus, 0);
    }

    static void ChangeHsv(Canvas canvas, float factor, float saturation, float value)
    {
        if (canvas.Channels != 3)
        {
            foreach (ref var x in canvas.Plane(0))
                x = Math.Clamp(x + value, 0, 1);
            return;
        }
        Span<float> r = canvas.Plane(0), g = canvas.Plane(1), b = canvas.Plane(2);
        for (var i = 0; i < r.Length; i++)
        {
            var (h, s, v) = ColorSpace.Hsv(r[i], g[i], b[i]);
            (r[i], g[i], b[i]) = ColorSpace.FromHsv(h, Math.Clamp((s * factor) + saturation, 0, 1), Math.Clamp(v + value, 0, 1));
        }
    }
}
