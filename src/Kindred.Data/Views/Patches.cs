using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>A grid of overlapping square patches, one below the other: <c>[rows · columns · Size, Size, C]</c>, patches in reading order.</summary>
/// <remarks>
/// van den Oord, Li, Vinyals, CPC, arXiv:1807.03748, Sec. 3.2: a 256×256 picture gives 7×7 patches of 64×64 that overlap by half.
/// A view is contiguous, so <c>[N, 49·64, 64, C]</c> is <c>[N·49, 64, 64, C]</c> as it stands.
/// </remarks>
/// <param name="Size">Side of a patch.</param>
/// <param name="Stride">From one patch to the next.</param>
/// <param name="Crop">If above 0, each patch is reduced to a random square of this side and padded back with black.</param>
[Augmentation("patches", "a grid of overlapping squares", Paper = "arXiv:1807.03748")]
public sealed record Patches([Pixels] int Size = 64, [Pixels] int Stride = 32, [Pixels(0)] int Crop = 0) : Augmentation
{
    readonly int crop = Crop >= 0 && Crop <= Size && Stride > 0 && Size > 0
        ? Crop : throw new ConfigurationException($"patches: size {Size}, stride {Stride}, crop {Crop}; size and stride are above 0, the crop at most the size.");

    /// <inheritdoc/>
    public override ViewShape After(ViewShape shape)
    {
        var rows = (Int128)Count(shape.Height) * Count(shape.Width) * Size;
        return rows <= int.MaxValue
            ? new((int)rows, Size, shape.Channels)
            : throw new ConfigurationException($"patches: {Count(shape.Height)}×{Count(shape.Width)} patches of {Size}×{Size} are too many; take a larger stride or a smaller picture.");
    }

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        if (shape.Width < Size || shape.Height < Size)
            throw new DataException($"patches: a picture of {shape.Width}×{shape.Height} holds no patch of {Size}×{Size}; resize it first.");
        step.Noise = draws.LongBits();
        return true;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step)
    {
        var draws = new Draws(step.Noise);
        canvas.Settle();
        int columns = Count(canvas.Width), rows = Count(canvas.Height), channels = canvas.Channels;
        var old = canvas.Replace(rows * columns * Size, Size, channels);
        for (var i = 0; i < rows * columns; i++)
        {
            int x = i % columns * Stride, y = i / columns * Stride;
            var room = crop == 0 ? 0 : Size - crop;
            int dx = room == 0 ? 0 : draws.Integer(room + 1), dy = room == 0 ? 0 : draws.Integer(room + 1);
            for (var c = 0; c < channels; c++)
                Copy(old.Plane(c)[((y * old.Width) + x)..], old.Width, canvas.Plane(c).Slice(i * Size * Size, Size * Size), dx, dy, Size - room);
        }
    }

    /// <summary>The part of a patch that is kept comes to lie in the middle.</summary>
    void Copy(ReadOnlySpan<float> from, int width, Span<float> to, int dx, int dy, int side)
    {
        var margin = (Size - side) / 2;
        if (margin > 0)
            to.Clear();
        for (var row = 0; row < side; row++)
            from.Slice(((dy + row) * width) + dx, side).CopyTo(to[(((margin + row) * Size) + margin)..]);
    }

    int Count(int length) => length < Size ? 0 : ((length - Size) / Stride) + 1;
}

/// <summary>One of two patches a fixed step apart: views whose shared information falls with the distance.</summary>
/// <remarks>InfoMin, arXiv:2005.10243, Sec. 3.2. Use it in two view groups, the second with <c>second: true</c> and drawn as the first.</remarks>
/// <param name="Size">Side of a patch.</param>
/// <param name="Distance">From the first patch to the second, to the right and down.</param>
/// <param name="Second">Whether this is the second patch.</param>
[Augmentation("patch", "one of two squares a step apart", Paper = "arXiv:2005.10243")]
public sealed record Patch([Pixels] int Size = 64, [Pixels(0)] int Distance = 32, bool Second = false) : Augmentation, ICutsWindow
{
    /// <inheritdoc/>
    public override ViewShape After(ViewShape shape) => new(Size, Size, shape.Channels);

    /// <inheritdoc/>
    public override bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step)
    {
        var room = Math.Min(shape.Width, shape.Height) - Size - Distance;
        if (room < 0)
            throw new DataException($"patch: a picture of {shape.Width}×{shape.Height} holds no two patches of {Size}×{Size} that are {Distance} apart.");
        var shift = Second ? Distance : 0;
        step[0] = draws.Integer(shape.Width - Size - Distance + 1) + shift;
        step[1] = draws.Integer(shape.Height - Size - Distance + 1) + shift;
        return true;
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, in DrawnStep step) => Window.Cut(canvas, (int)step[0], (int)step[1], Size, Size);

    PixelBox ICutsWindow.Window(in DrawnStep step, ViewShape shape) => new((int)step[0], (int)step[1], Size, Size);

    /// <inheritdoc/>
    public override string Describe(in DrawnStep step) => $"at ({step[0]}, {step[1]})";
}
