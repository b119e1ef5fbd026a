using Kindred.Data.Sources;
using Kindred.Data.Views;

namespace Kindred.Data.Pictures;

/// <summary>Turns a stored picture upright.</summary>
static class Orientation
{
    /// <summary>Copies <paramref name="stored"/> into <paramref name="upright"/> as its EXIF orientation asks.</summary>
    /// <param name="stored">The picture as the file holds it.</param>
    /// <param name="orientation">2 to 8: 2 mirrored, 3 upside down, 4 both, 5 transposed, 6 lying on its left, 7 anti-transposed, 8 on its right.</param>
    /// <param name="upright">Receives the picture.</param>
    internal static void Apply(Picture stored, int orientation, Picture upright)
    {
        int width = stored.Width, height = stored.Height, channels = stored.Channels;
        var transposed = orientation >= 5;
        upright.Reset(transposed ? height : width, transposed ? width : height, channels);

        // Where upright (0, 0) lies in the file, and the bytes to walk for one step right and one step down.
        var fromRight = orientation is 2 or 3 or 7 or 8;
        var fromBottom = orientation is 3 or 4 or 6 or 7;
        var start = ((fromBottom ? height - 1 : 0) * stored.Stride) + ((fromRight ? width - 1 : 0) * channels);
        var alongRow = fromRight ? -channels : channels;
        var alongColumn = fromBottom ? -stored.Stride : stored.Stride;
        var (right, down) = transposed ? (alongColumn, alongRow) : (alongRow, alongColumn);

        var source = stored.Span;
        for (var y = 0; y < upright.Height; y++)
        {
            var row = upright.Row(y);
            var at = start + (y * down);
            for (var x = 0; x < row.Length; x += channels, at += right)
                source.Slice(at, channels).CopyTo(row[x..]);
        }
    }
}
