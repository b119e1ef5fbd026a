using Kindred.Data.Views;

namespace Kindred.Data.Pictures;

/// <summary>What a picture's header says, before decoding.</summary>
/// <param name="Format">Its encoding.</param>
/// <param name="Width">Columns as a viewer shows it, EXIF orientation applied.</param>
/// <param name="Height">Rows as a viewer shows it.</param>
/// <param name="Channels">1 grey, 3 colour, 4 with alpha, as decoded.</param>
/// <param name="Orientation">EXIF orientation, 1 to 8; 1 is upright.</param>
public readonly record struct PictureInfo(PictureFormat Format, int Width, int Height, int Channels, int Orientation = 1)
{
    /// <summary>Whether upright rows are stored as columns.</summary>
    internal bool Transposed => Orientation >= 5;
}

/// <summary>A part of a picture, in pixels of the whole upright picture.</summary>
/// <param name="X">First column.</param>
/// <param name="Y">First row.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public readonly record struct Region(int X, int Y, int Width, int Height)
{
    /// <summary>The smallest region that holds both.</summary>
    /// <param name="other">The other one.</param>
    public Region Union(Region other)
    {
        int x = Math.Min(X, other.X), y = Math.Min(Y, other.Y);
        return new(x, y, Math.Max(X + Width, other.X + other.Width) - x, Math.Max(Y + Height, other.Y + other.Height) - y);
    }
}
