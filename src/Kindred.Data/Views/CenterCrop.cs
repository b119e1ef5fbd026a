using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>The square in the middle; where the picture is smaller, black is added around it.</summary>
/// <param name="Size">Side of the square, in pixels.</param>
[Augmentation("centerCrop", "the square in the middle", Paper = "torchvision")]
public sealed record CenterCrop([Pixels] int Size) : Augmentation, ICutsWindow
{
    internal override bool CommutesWithFlip => false;

    /// <inheritdoc/>
    public override ViewShape After(ViewShape shape) => new(Size, Size, shape.Channels);

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step) => true;

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step)
    {
        canvas.Settle();
        if (canvas.Width == Size && canvas.Height == Size)
            return;
        Window.Cut(canvas, Start(canvas.Width), Start(canvas.Height), Size, Size);
    }

    PixelBox ICutsWindow.Window(in DrawnStep step, ViewShape shape) => new(Start(shape.Width), Start(shape.Height), Size, Size);

    /// <summary>torchvision rounds half of the difference, ties to even, when cutting, and rounds down when padding.</summary>
    int Start(int length) => length >= Size ? (int)Math.Round((length - Size) / 2.0) : -((Size - length) / 2);
}
