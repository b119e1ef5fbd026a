namespace Kindred.Data.Views;

/// <summary>The size of a picture or a view: <c>[Height, Width, Channels]</c>.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Channels">Values a pixel.</param>
public readonly record struct ViewShape(int Height, int Width, int Channels)
{
    /// <summary>How many numbers a view of this shape holds.</summary>
    /// <exception cref="ConfigurationException">A side below 1, or more numbers than a view may have.</exception>
    public int Length
    {
        get
        {
            ViewLimits.Require(Height, Width, Channels);
            return Height * Width * Channels;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Height}×{Width}×{Channels}";
}

/// <summary>A rectangle of whole pixels.</summary>
/// <param name="X">First column.</param>
/// <param name="Y">First row.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public readonly record struct PixelBox(int X, int Y, int Width, int Height)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Width}×{Height} at ({X}, {Y})";
}
