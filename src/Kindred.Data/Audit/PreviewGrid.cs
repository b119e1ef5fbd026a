using System.Globalization;
using System.Text;
using Kindred.Data.Files;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Randomness;

namespace Kindred.Data.Audit;

/// <summary>Shows what a model will see: a row for each picture, the picture first with its name below it, then its views, each under the name of its group;
/// and the drawn parameters in words.</summary>
public static class PreviewGrid
{
    const int Gap = 4, Caption = PixelFont.Height + 2;
    const byte Background = 235;

    /// <summary>Draws the grid.</summary>
    /// <param name="source">The pictures; the first usable ones of a random order are shown.</param>
    /// <param name="groups">What views each gives.</param>
    /// <param name="seed">Chooses pictures and views.</param>
    /// <param name="rows">How many pictures.</param>
    /// <param name="tile">Side of a tile, in pixels; views are shown enlarged or shrunk to it, without smoothing.</param>
    /// <returns>The grid, and a text with each view's drawn parameters.</returns>
    public static (Picture Grid, string Parameters) Draw(IPictures source, IReadOnlyList<ViewGroup> groups, ulong seed = 0, int rows = 8, int tile = 96)
    {
        rows = Math.Min(rows, source.Count);
        var columns = 1 + groups.Sum(group => group.Count);
        var grid = new Picture((columns * (tile + Gap)) + Gap, (rows * (tile + Gap + Caption)) + Gap + Caption, 3);
        grid.Span.Fill(Background);
        Captions(grid, groups, tile);
        var (text, picture, workspace) = (new StringBuilder(), new Picture(), new ViewWorkspace());
        var first = ViewGroup.FirstViews([.. groups]);
        using var reader = source.Open();
        var row = 0;
        foreach (var index in Chosen(source.Count, seed))
        {
            if (row == rows || !TryRead(reader, index, picture))
                continue;
            text.Append(CultureInfo.InvariantCulture, $"row {row + 1}: {FileNames.Printable(source.Name(index))}, {picture.Width}×{picture.Height}\n");
            var down = Caption + (row * Caption);
            Place(grid, 0, row, tile, Bytes(picture), picture.Width, picture.Height, down: down);
            PixelFont.Write(grid, Gap, down + Gap + (row * (tile + Gap)) + tile + 2, PixelFont.Fitting(FileNames.Printable(source.Name(index)), tile));
            var column = 1;
            for (var g = 0; g < groups.Count; g++)
            {
                for (var view = 0; view < groups[g].Count; view++, column++)
                {
                    var drawn = groups[g].Draw(new(seed, 0, index, first[g]), view, picture.Width, picture.Height, picture.Channels);
                    var shown = Rendered(groups[g].Plan, picture, drawn, workspace);
                    Place(grid, column, row, tile, shown, drawn.Shape.Width, drawn.Shape.Height, down: down);
                    text.Append(CultureInfo.InvariantCulture,
                        $"  column {column + 1}: {groups[g].Name}.{view}\n    {groups[g].Plan.Describe(drawn).TrimEnd().Replace("\n", "\n    ", StringComparison.Ordinal)}\n");
                }
            }
            row++;
        }
        return (grid, text.ToString());
    }

    static void Captions(Picture grid, IReadOnlyList<ViewGroup> groups, int tile)
    {
        string[] names = ["picture", .. groups.SelectMany(g => Enumerable.Range(0, g.Count).Select(view => $"{g.Name}.{view}"))];
        foreach (var (column, name) in names.Index()) PixelFont.Write(grid, Gap + (column * (tile + Gap)), 2, PixelFont.Fitting(name, tile));
    }

    internal static int[] Chosen(int count, ulong seed)
    {
        var order = new int[count];
        var draws = new RandomKey(seed, 0, -1, 0).Draws(ushort.MaxValue);
        draws.Permutation(order);
        return order;
    }

    internal static bool TryRead(PictureReader reader, int index, Picture picture)
    {
        try
        {
            reader.Read(index, picture);
            return true;
        }
        catch (PictureException)
        {
            return false;
        }
    }

    /// <summary>The view as RGB, its normalisation left out since it is not to be seen.</summary>
    internal static byte[] Rendered(ViewPlan plan, Picture picture, in DrawnView drawn, ViewWorkspace workspace)
    {
        var visible = plan.Operations is [.., Normalize] ? new ViewPlan([.. plan.Operations.SkipLast(1)]) : plan;
        var shape = drawn.Shape;
        var values = new float[shape.Length];
        visible.Render(picture, drawn, values, workspace);

        // Colour spaces and edge maps leave 0…1; they are stretched to be seen.
        var (low, high) = (Math.Min(0, values.Min()), Math.Max(1, values.Max()));
        var bytes = new byte[shape.Width * shape.Height * 3];
        for (var i = 0; i < bytes.Length; i++)
        {
            var channel = i % 3;
            var value = shape.Channels >= 3 ? values[(i / 3 * shape.Channels) + channel]
                : shape.Channels == 1 ? values[i / 3]
                : channel < 2 ? values[(i / 3 * 2) + channel] : low;
            bytes[i] = (byte)((255 * (value - low) / (high - low)) + 0.5f);
        }
        return bytes;
    }

    internal static byte[] Bytes(Picture picture)
    {
        var bytes = new byte[picture.Width * picture.Height * 3];
        var step = picture.Channels;
        for (var i = 0; i < bytes.Length; i++)
        {
            var at = i / 3 * step;
            int value = picture.Pixels[at + (step > 2 ? i % 3 : 0)];
            bytes[i] = (byte)(step % 2 == 0 ? 255 - ((255 - value) * picture.Pixels[at + step - 1] / 255) : value);
        }
        return bytes;
    }

    /// <summary>Fills a picture with RGB pixels, nearest pixel.</summary>
    internal static void Fill(Picture into, byte[] pixels, int width, int height)
    {
        for (var y = 0; y < into.Height; y++)
        {
            var to = into.Row(y);
            for (var x = 0; x < into.Width; x++)
                pixels.AsSpan(3 * ((int)((long)y * height / into.Height) * width + (int)((long)x * width / into.Width)), 3).CopyTo(to[(3 * x)..]);
        }
    }

    /// <summary>Puts RGB pixels into a tile, as large as fits, nearest pixel.</summary>
    internal static void Place(Picture grid, int column, int row, int tile, byte[] pixels, int width, int height, int shift = 0, int down = 0)
    {
        var scale = Math.Min((double)tile / width, (double)tile / height);
        int shownWidth = Math.Max(1, (int)(width * scale)), shownHeight = Math.Max(1, (int)(height * scale));
        int left = shift + Gap + (column * (tile + Gap)) + ((tile - shownWidth) / 2), top = down + Gap + (row * (tile + Gap)) + ((tile - shownHeight) / 2);
        for (var y = 0; y < shownHeight; y++)
        {
            var to = grid.Row(top + y);
            for (var x = 0; x < shownWidth; x++)
                pixels.AsSpan(3 * ((Math.Min(height - 1, (int)(y / scale)) * width) + Math.Min(width - 1, (int)(x / scale))), 3).CopyTo(to[(3 * (left + x))..]);
        }
    }
}
