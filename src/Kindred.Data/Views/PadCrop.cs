using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>A random square of the picture after black was added around it: the crop of supervised CIFAR training.</summary>
/// <param name="Size">Side of the square, in pixels.</param>
/// <param name="Padding">Black pixels added on each side first.</param>
[Augmentation("padCrop", "a square after black was added around", Paper = "arXiv:1512.03385")]
public sealed record PadCrop([Pixels] int Size = 32, [Pixels(0)] int Padding = 4) : Augmentation, ICutsWindow
{
    /// <inheritdoc/>
    public override ViewShape After(ViewShape shape) => new(Size, Size, shape.Channels);

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        (step[0], step[1]) = (Place(ref draws, shape.Width), Place(ref draws, shape.Height));
        return true;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step) => Window.Cut(canvas, (int)step[0], (int)step[1], Size, Size);

    /// <inheritdoc/>
    public override string Describe(in DrawnStep step) => $"from ({step[0]}, {step[1]})";

    PixelBox ICutsWindow.Window(in DrawnStep step, ViewShape shape) => new((int)step[0], (int)step[1], Size, Size);

    int Place(ref Draws draws, int length)
    {
        var room = length + (2 * Padding) - Size;
        return room >= 0 ? draws.Integer(room + 1) - Padding : room / 2;
    }
}
