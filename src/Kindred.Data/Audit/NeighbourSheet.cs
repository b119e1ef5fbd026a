using Kindred.Data.Pictures;
using Kindred.Data.Sources;

namespace Kindred.Data.Audit;

/// <summary>A picture for people: each row is a query, then what was found for it.</summary>
public static class NeighbourSheet
{
    const int Gap = 4, Bar = 6;
    const byte Background = 235, Mark = 90;

    /// <summary>One picture of a sheet.</summary>
    /// <param name="Source">Where it is.</param>
    /// <param name="Index">Which one.</param>
    public readonly record struct Shown(IPictures Source, int Index);

    /// <summary>Draws one picture alone.</summary>
    /// <param name="shown">The picture.</param>
    /// <param name="side">Its longer side in pixels.</param>
    /// <returns>RGB; null of one that cannot be read.</returns>
    public static Picture? Single(Shown shown, int side)
    {
        var picture = new Picture();
        using var reader = shown.Source.Open();
        if (!PreviewGrid.TryRead(reader, shown.Index, picture)) return null;
        var scale = (double)side / Math.Max(picture.Width, picture.Height);
        var small = new Picture(Math.Max(1, (int)(picture.Width * scale)), Math.Max(1, (int)(picture.Height * scale)), 3);
        PreviewGrid.Fill(small, PreviewGrid.Bytes(picture), picture.Width, picture.Height);
        return small;
    }

    /// <summary>Draws a sheet.</summary>
    /// <param name="rows">Each a query, or null where it is no picture, and what was found, nearest first.</param>
    /// <param name="tile">Side of a tile in pixels; pictures are shown as large as fits.</param>
    /// <returns>The sheet; a picture that cannot be read leaves its tile empty.</returns>
    public static Picture Draw(IReadOnlyList<(Shown? Query, IReadOnlyList<Shown> Found)> rows, int tile = 112)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var columns = 1 + rows.Max(r => r.Found.Count);
        var sheet = new Picture((columns * (tile + Gap)) + Gap + Bar, (rows.Count * (tile + Gap)) + Gap, 3);
        sheet.Span.Fill(Background);
        var readers = new Dictionary<IPictures, PictureReader>();
        try
        {
            for (var row = 0; row < rows.Count; row++)
            {
                if (rows[row].Query is { } query) Place(query, 0, row, 0);
                // A bar divides the query from what was found.
                for (var y = 0; y < tile; y++) sheet.Row(Gap + (row * (tile + Gap)) + y).Slice(3 * (Gap + tile + (Gap / 2)), 3 * (Bar / 2)).Fill(Mark);
                for (var i = 0; i < rows[row].Found.Count; i++) Place(rows[row].Found[i], i + 1, row, Bar);
            }
        }
        finally
        {
            foreach (var reader in readers.Values) reader.Dispose();
        }
        return sheet;

        void Place(Shown shown, int column, int row, int shift)
        {
            if (!readers.TryGetValue(shown.Source, out var reader)) readers[shown.Source] = reader = shown.Source.Open();
            var picture = new Picture();
            if (PreviewGrid.TryRead(reader, shown.Index, picture)) PreviewGrid.Place(sheet, column, row, tile, PreviewGrid.Bytes(picture), picture.Width, picture.Height, shift);
        }
    }
}
