using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;

namespace Kindred.Data.Audit;

/// <summary>What stays of a picture when it is re-encoded or shrunk: 128 signs of brightness differences and a thumbnail of 4×4 colours.</summary>
/// <remarks>Differences between neighbouring cells of a 9×9 grid of mean brightness, along rows and along columns ("dHash").</remarks>
sealed class Fingerprint
{
    const int Grid = 9, Thumb = 4;

    /// <summary>A step in brightness below this is flat: coding noise must not set signs.</summary>
    const double FlatStep = 2;

    readonly byte[] thumbnail = new byte[Thumb * Thumb * 3];

    Fingerprint(UInt128 exact) => Exact = exact;

    /// <summary>Half of the SHA-256 of size and pixels.</summary>
    internal UInt128 Exact { get; }

    /// <summary>The signs along rows and along columns.</summary>
    internal (ulong Rows, ulong Columns) Signs { get; private set; }

    internal static Fingerprint Of(Picture picture, Span<double> cells)
    {
        Span<byte> hash = stackalloc byte[32];
        using (var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            sha.AppendData(MemoryMarshal.AsBytes([picture.Width, picture.Height, picture.Channels]));
            sha.AppendData(picture.Span);
            sha.GetHashAndReset(hash);
        }
        var print = new Fingerprint(MemoryMarshal.Read<UInt128>(hash));
        Means(picture, Grid, cells);
        ulong rows = 0, columns = 0;
        for (var i = 0; i < 64; i++)
        {
            int x = i % 8, y = i / 8;
            var here = Brightness(cells, (y * Grid) + x);
            if (here > Brightness(cells, (y * Grid) + x + 1) + FlatStep)
                rows |= 1ul << i;
            if (here > Brightness(cells, ((y + 1) * Grid) + x) + FlatStep)
                columns |= 1ul << i;
        }
        print.Signs = (rows, columns);
        Means(picture, Thumb, cells);
        for (var i = 0; i < print.thumbnail.Length; i++)
            print.thumbnail[i] = (byte)cells[i];
        return print;
    }

    /// <summary>Memory that <see cref="Of"/> needs.</summary>
    internal const int CellCount = Grid * Grid * 3;

    /// <summary>Signs that differ, 0 to 128.</summary>
    internal int Distance(Fingerprint other) => BitOperations.PopCount(Signs.Rows ^ other.Signs.Rows) + BitOperations.PopCount(Signs.Columns ^ other.Signs.Columns);

    /// <summary>Largest difference between the thumbnails' colours, 0 to 255.</summary>
    internal int ColourDistance(Fingerprint other)
    {
        var largest = 0;
        for (var i = 0; i < thumbnail.Length; i++)
            largest = Math.Max(largest, Math.Abs(thumbnail[i] - other.thumbnail[i]));
        return largest;
    }

    /// <summary>Every eighth sign: each of the 8 bands samples the whole picture, so plain margins do not fill one band alone.</summary>
    internal int Band(int band)
    {
        var value = 0;
        for (var i = 0; i < 8; i++)
        {
            value |= (int)((Signs.Rows >> ((8 * i) + band)) & 1) << i;
            value |= (int)((Signs.Columns >> ((8 * i) + ((band + i) % 8))) & 1) << (8 + i);
        }
        return value;
    }

    static double Brightness(ReadOnlySpan<double> cells, int cell) => (0.299 * cells[3 * cell]) + (0.587 * cells[(3 * cell) + 1]) + (0.114 * cells[(3 * cell) + 2]);

    /// <summary>Mean colours of an n×n grid, transparency on white; a cell takes at least one pixel.</summary>
    static void Means(Picture picture, int n, Span<double> cells)
    {
        var step = picture.Channels;
        for (var cell = 0; cell < n * n; cell++)
        {
            int x0 = cell % n * picture.Width / n, x1 = Math.Max(x0 + 1, ((cell % n) + 1) * picture.Width / n);
            int y0 = cell / n * picture.Height / n, y1 = Math.Max(y0 + 1, ((cell / n) + 1) * picture.Height / n);
            double r = 0, g = 0, b = 0;
            for (var y = y0; y < y1; y++)
            {
                var row = picture.Row(y);
                for (var at = x0 * step; at < x1 * step; at += step)
                {
                    var cover = step % 2 == 0 ? row[at + step - 1] / 255.0 : 1;
                    r += 255 - ((255 - row[at]) * cover);
                    g += 255 - ((255 - row[at + (step > 2 ? 1 : 0)]) * cover);
                    b += 255 - ((255 - row[at + (step > 2 ? 2 : 0)]) * cover);
                }
            }
            var count = (x1 - x0) * (y1 - y0);
            (cells[3 * cell], cells[(3 * cell) + 1], cells[(3 * cell) + 2]) = (r / count, g / count, b / count);
        }
    }
}
