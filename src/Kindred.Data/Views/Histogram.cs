using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Each channel's histogram is made flat.</summary>
/// <remarks>PIL's <c>ImageOps.equalize</c>, on values rounded to 8 bits: a level goes to (count below + step/2)/step, with step the pixels not at the top level over 255.</remarks>
/// <param name="P">How often.</param>
[Augmentation("equalize", "a flat histogram", Paper = "arXiv:1805.09501")]
public sealed record Equalize([Probability] double P = 0.5) : Augmentation
{
    internal override bool CommutesWithFlip => true;

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step) => draws.Chance(P);

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step) => Levels.Equalize(canvas);
}

/// <summary>Each channel is stretched until its darkest value is 0 and its brightest 1.</summary>
/// <param name="P">How often.</param>
[Augmentation("autoContrast", "the whole range of brightness", Paper = "arXiv:1805.09501")]
public sealed record AutoContrast([Probability] double P = 0.5) : Augmentation
{
    internal override bool CommutesWithFlip => true;

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step) => draws.Chance(P);

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step) => Levels.Stretch(canvas);
}

/// <summary>What operations do with the distribution of a channel's values.</summary>
static class Levels
{
    const int Count = 256;

    public static void Equalize(Canvas canvas)
    {
        Span<int> histogram = stackalloc int[Count];
        Span<float> table = stackalloc float[Count];
        for (var c = 0; c < canvas.Channels; c++)
        {
            var plane = canvas.Plane(c);
            histogram.Clear();
            foreach (var x in plane)
                histogram[Level(x)]++;
            var top = Count - 1;
            while (top > 0 && histogram[top] == 0)
                top--;
            var step = (plane.Length - histogram[top]) / (Count - 1);
            if (step == 0)
                continue;
            var below = step / 2;
            for (var level = 0; level < Count; level++)
            {
                table[level] = Math.Min(below / step, Count - 1) / 255f;
                below += histogram[level];
            }
            foreach (ref var x in plane)
                x = table[Level(x)];
        }
    }

    public static void Stretch(Canvas canvas)
    {
        for (var c = 0; c < canvas.Channels; c++)
        {
            var plane = canvas.Plane(c);
            float low = float.MaxValue, high = float.MinValue;
            foreach (var x in plane)
                (low, high) = (Math.Min(low, x), Math.Max(high, x));
            if (high <= low)
                continue;
            var scale = 1 / (high - low);
            foreach (ref var x in plane)
                x = (x - low) * scale;
        }
    }

    public static int Level(float x) => (int)((Math.Clamp(x, 0, 1) * 255) + 0.5f);
}
