using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Randomness;

namespace Kindred.Data.Tests.Views;

/// <summary>Made-up pictures, and short ways through a plan.</summary>
static class Pictures
{
    public static Picture Noise(int width, int height, int channels, ulong seed)
    {
        var picture = new Picture(width, height, channels);
        var draws = new Draws(seed);
        foreach (ref var b in picture.Span)
            b = (byte)draws.Integer(256);
        return picture;
    }

    public static Picture Part(Picture whole, PixelBox box)
    {
        var part = new Picture(box.Width, box.Height, whole.Channels);
        for (var y = 0; y < box.Height; y++)
            whole.Row(box.Y + y).Slice(box.X * whole.Channels, part.Stride).CopyTo(part.Row(y));
        part.Place(whole.Width, whole.Height, box.X, box.Y, 1);
        return part;
    }

    public static float[] Render(ViewPlan plan, Picture picture, RandomKey key) =>
        Render(plan, picture, plan.Draw(key, picture.FullWidth, picture.FullHeight, picture.Channels));

    public static float[] Render(ViewPlan plan, Picture picture, DrawnView drawn)
    {
        var view = new float[drawn.Shape.Length];
        plan.Render(picture, drawn, view, new ViewWorkspace());
        return view;
    }

    /// <summary>Runs one operation with numbers set by hand.</summary>
    public static float[] Apply(Augmentation operation, Picture picture, params float[] numbers)
    {
        var plan = new ViewPlan(operation);
        var drawn = plan.Draw(new(0, 0, 0, 0), picture.FullWidth, picture.FullHeight, picture.Channels);
        drawn.Edit(0).Applied = true;
        for (var i = 0; i < numbers.Length; i++)
            drawn.Edit(0)[i] = numbers[i];
        return Render(plan, picture, drawn);
    }
}
