using Kindred.Data.Sources;
using Kindred.Data.Views;

namespace Kindred.Data.Pictures;

/// <summary>A picture in memory: 8-bit interleaved rows, perhaps only a region of a larger picture, perhaps at reduced scale.</summary>
/// <remarks>
/// A picture is a reusable buffer: a reader fills the same one again and again, so its memory only grows.
/// When a decoder was asked for a region, the placement says where the pixels lie: picture pixel <c>(x, y)</c> covers the
/// <see cref="Scale"/> × <see cref="Scale"/> pixels of the full picture that start at <c>(OffsetX + x·Scale, OffsetY + y·Scale)</c>.
/// </remarks>
public sealed class Picture
{
    /// <summary>An empty picture; <see cref="Reset"/> gives it a size.</summary>
    public Picture() { }

    /// <summary>A black picture of the given size.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.</param>
    public Picture(int width, int height, int channels) => Reset(width, height, channels);

    /// <summary>The bytes, <c>[Height, Width, Channels]</c> from the start; the array may be longer than the picture.</summary>
    public byte[] Pixels { get; private set; } = [];

    /// <summary>Columns held in <see cref="Pixels"/>.</summary>
    public int Width { get; private set; }

    /// <summary>Rows held in <see cref="Pixels"/>.</summary>
    public int Height { get; private set; }

    /// <summary>Bytes a pixel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha (not premultiplied).</summary>
    public int Channels { get; private set; }

    /// <summary>Width of the whole picture of which this may be a part.</summary>
    public int FullWidth { get; private set; }

    /// <summary>Height of the whole picture of which this may be a part.</summary>
    public int FullHeight { get; private set; }

    /// <summary>Column of the full picture at which these pixels start.</summary>
    public int OffsetX { get; private set; }

    /// <summary>Row of the full picture at which these pixels start.</summary>
    public int OffsetY { get; private set; }

    /// <summary>How many pixels of the full picture one pixel here stands for, in each direction: 1, 2, 4 or 8.</summary>
    public int Scale { get; private set; } = 1;

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride => Width * Channels;

    /// <summary>The bytes in use, <c>[Height, Width, Channels]</c>.</summary>
    public Span<byte> Span => Pixels.AsSpan(0, Height * Stride);

    /// <summary>One row, <c>[Width, Channels]</c>.</summary>
    /// <param name="y">The row, from the top.</param>
    public Span<byte> Row(int y) => Pixels.AsSpan(y * Stride, Stride);

    /// <summary>Gives the picture a size, reusing its memory; the bytes are whatever was there before.</summary>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="channels">1 to 4.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1, more than 4 channels, or more than 2 GiB of pixels.</exception>
    public void Reset(int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 4);
        var bytes = (long)width * height * channels;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Array.MaxLength, nameof(width));
        if (Pixels.Length < bytes)
            Pixels = GC.AllocateUninitializedArray<byte>((int)bytes);
        (Width, Height, Channels) = (width, height, channels);
        Place(width, height, 0, 0, 1);
    }

    /// <summary>Says which part of which larger picture the pixels show.</summary>
    /// <param name="fullWidth">Width of the whole picture.</param>
    /// <param name="fullHeight">Height of the whole picture.</param>
    /// <param name="offsetX">Column of the full picture at which these pixels start.</param>
    /// <param name="offsetY">Row of the full picture at which these pixels start.</param>
    /// <param name="scale">Pixels of the full picture for one pixel here: 1, 2, 4 or 8.</param>
    public void Place(int fullWidth, int fullHeight, int offsetX, int offsetY, int scale)
    {
        (FullWidth, FullHeight) = (fullWidth, fullHeight);
        (OffsetX, OffsetY, Scale) = (offsetX, offsetY, scale);
    }

    /// <summary>A copy with its own memory.</summary>
    public Picture Copy()
    {
        var copy = new Picture(Width, Height, Channels);
        Span.CopyTo(copy.Span);
        copy.Place(FullWidth, FullHeight, OffsetX, OffsetY, Scale);
        return copy;
    }
}
