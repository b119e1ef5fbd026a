namespace Kindred.Data.Views;

/// <summary>Cutting a window out of the planes, pixel by pixel, with black where it reaches outside.</summary>
static class Window
{
    /// <summary>Replaces the picture by its window.</summary>
    /// <param name="canvas">The view.</param>
    /// <param name="x">First column, perhaps negative.</param>
    /// <param name="y">First row, perhaps negative.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public static void Cut(Canvas canvas, int x, int y, int width, int height)
    {
        var channels = canvas.Channels;
        var old = canvas.Replace(height, width, channels);
        int left = Math.Max(0, -x), right = Math.Min(width, old.Width - x);
        for (var c = 0; c < channels; c++)
        {
            var from = old.Plane(c);
            var to = canvas.Plane(c);
            for (var row = 0; row < height; row++)
            {
                var line = to.Slice(row * width, width);
                if (y + row < 0 || y + row >= old.Height || right <= left)
                {
                    line.Clear();
                    continue;
                }
                line[..left].Clear();
                from.Slice(((y + row) * old.Width) + x + left, right - left).CopyTo(line[left..]);
                line[right..].Clear();
            }
        }
    }
}
